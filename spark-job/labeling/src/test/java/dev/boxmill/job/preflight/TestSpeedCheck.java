package dev.boxmill.job.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.manifest.FileSort;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestSpeedCheck {

  @Test
  void theRunHasTheSpeedOfAllItsTasks() {
    ToLabel toLabel = new ToLabel(0, 36_000, 0, List.of());
    List<Speed> measured = List.of(speed(16, 7.5), speed(16, 15)); // 2 and 1 images per second

    List<Finding> findings = new SpeedCheck(measured, toLabel, 10).findings();

    assertThat(findings)
        .extracting(Finding::what)
        .containsExactly(
            "15.0 images/s: 10 tasks at once, 1.00 to 2.00 images/s each, measured on 32 images in"
                + " 2 tasks",
            "36,000 images to label: about 40 min");
  }

  @Test
  void imagesInArchivesAreGuessedByTheirLength() {
    ToLabel toLabel = new ToLabel(3, 10, 16_000_000, List.of());

    List<Finding> findings =
        new SpeedCheck(List.of(speed(16, 15)), toLabel, 1).findings(); // 100,000 bytes each

    assertThat(findings.get(1).what())
        .isEqualTo("some 170 images to label, 3 files labelled before: about 3 min");
  }

  @Test
  void theSampleIsSpreadOverTheList() {
    try (FileSort sort = new FileSort()) {
      for (int i = 100; i < 300; i++) {
        sort.add(ListedFile.image("file:///" + i + ".jpg", 5));
      }
      sort.add(ListedFile.archive("file:///400.tar", 70));
      sort.add(ListedFile.archive("file:///500.tar", 30));
      try (SortedFiles files = sort.sorted()) {
        ToLabel all = ToLabel.of(files, 210, 1000);
        ToLabel some = ToLabel.of(files, 210, 4);

        assertThat(all.sample()).hasSize(202);
        assertThat(all.images()).isEqualTo(200);
        assertThat(all.archiveBytes()).isEqualTo(100);
        assertThat(all.before()).isEqualTo(8);
        assertThat(all.sampleFor(1)).hasSize(201);
        assertThat(some.sample())
            .extracting(ListedFile::uri)
            .containsExactly(
                "file:///100.jpg", "file:///151.jpg", "file:///201.jpg", "file:///252.jpg");
      }
    }
  }

  private static Speed speed(long images, double seconds) {
    return new Speed(images, 0, "", images * 100_000, images - 1, seconds);
  }
}
