package dev.boxmill.job.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TestFileSort {

  @Test
  void filesComeSortedAndOnceHoweverManyFitIntoMemory() {
    Random random = new Random(7);
    TreeSet<String> expected = new TreeSet<>();
    for (int held : new int[] {1, 3, 1000}) {
      try (FileSort sort = new FileSort(held)) {
        int added = 200;
        for (int i = 0; i < added; i++) {
          String uri = "file:///größe/" + random.nextInt(150) + "\t.jpg";
          expected.add(uri);
          sort.add(ListedFile.image(uri, i));
        }
        try (SortedFiles sorted = sort.sorted()) {
          assertThat(uris(sorted)).containsExactlyElementsOf(expected);
          assertThat(sorted.count()).isEqualTo(expected.size());
          assertThat(sorted.images()).hasValue(expected.size());
          assertThat(sorted.duplicates()).isEqualTo(added - expected.size());
        }
      }
      expected.clear();
    }
  }

  @Test
  void aKnownLengthWinsOverAnUnknownOne() {
    try (FileSort sort = new FileSort()) {
      sort.add(ListedFile.image("a", ListedFile.UNKNOWN_LENGTH));
      sort.add(ListedFile.image("a", 5));
      try (SortedFiles sorted = sort.sorted()) {
        assertThat(sorted).containsExactly(ListedFile.image("a", 5));
      }
    }
  }

  @Test
  void imagesOfArchivesAreUnknown() {
    try (FileSort sort = new FileSort()) {
      sort.add(ListedFile.image("a", 1));
      sort.add(ListedFile.archive("b.tar", 1));
      try (SortedFiles sorted = sort.sorted()) {
        assertThat(sorted.images()).isEmpty();
      }
    }
  }

  @Test
  void longAddressesAreKept() {
    String uri = "s3a://bucket/" + "ü".repeat(70_000);
    try (FileSort sort = new FileSort()) {
      sort.add(ListedFile.image(uri, 1));
      sort.add(ListedFile.image(uri + "x", 1));
      try (SortedFiles sorted = sort.sorted()) {
        assertThat(uris(sorted)).containsExactly(uri, uri + "x");
      }
    }
  }

  @Test
  void whatIsKnownIsTakenAway() {
    try (SortedFiles all = sorted("a", "b", "c", "d");
        SortedFiles known = sorted("0", "b", "bb", "d", "e");
        SortedFiles none = sorted();
        SortedFiles rest = all.without(known);
        SortedFiles same = all.without(none);
        SortedFiles nothing = none.without(all)) {
      assertThat(uris(rest)).containsExactly("a", "c");
      assertThat(uris(same)).containsExactly("a", "b", "c", "d");
      assertThat(uris(nothing)).isEmpty();
    }
  }

  private static SortedFiles sorted(String... uris) {
    try (FileSort sort = new FileSort()) {
      for (String uri : uris) {
        sort.add(ListedFile.image(uri, 1));
      }
      return sort.sorted();
    }
  }

  private static List<String> uris(SortedFiles files) {
    List<String> uris = new ArrayList<>();
    files.forEach(file -> uris.add(file.uri()));
    return uris;
  }
}
