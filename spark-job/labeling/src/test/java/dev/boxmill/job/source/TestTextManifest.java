package dev.boxmill.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTextManifest {

  @TempDir Path folder;

  @Test
  void fieldsMayBeQuotedAndReachOverLines() throws IOException {
    assertThat(
            uris(
                "id,uri,note\r\n"
                    + "\r\n"
                    + "1,\"x, \"\"y\"\".jpg\",2\n"
                    + "2,b.jpg,\"over\nlines\"\r"
                    + ",in\"side.jpg\n"
                    + "4,\"a\".jpg\n"
                    + "#5, padded.jpg \r\n"
                    + "6,,no uri\n"
                    + "7"))
        .containsExactly("x, \"y\".jpg", "b.jpg", "in\"side.jpg", "a.jpg", " padded.jpg ");
  }

  @Test
  void byteOrderMarkAndBlankLinesMayPrecedeTheHeader() throws IOException {
    assertThat(uris("\uFEFF\n  \n\"Image_URI\",x\na.jpg,1\n")).containsExactly("a.jpg");
    assertThat(uris("\uFEFFa.jpg\n\nb.jpg")).containsExactly("a.jpg", "b.jpg");
  }

  @Test
  void fieldsAndRecordsMayBeLong() throws IOException {
    String uri = "a".repeat(100_000);
    assertThat(uris("x,".repeat(2000) + "uri\n" + ",".repeat(2000) + uri + "\n"))
        .containsExactly(uri);
  }

  @Test
  void quotedFieldsMustEnd() {
    assertThatThrownBy(() -> uris("\nid,uri\n1,\"a\nb\"\n2,\"c\n3,d\n"))
        .isInstanceOf(EOFException.class)
        .hasMessage("a quoted field after line 4 does not end");
  }

  @Test
  void aFirstLineWhoseQuotesDoNotMatchIsAUri() throws IOException {
    assertThat(uris("\"a, uri\n\"b.jpg\"\n")).containsExactly("\"a, uri", "b.jpg");
  }

  private List<String> uris(String text) throws IOException {
    Path manifest = Files.writeString(folder.resolve("list.csv"), text);
    List<String> uris = new ArrayList<>();
    TextManifest.read(
        new org.apache.hadoop.fs.Path(manifest.toUri()), new Configuration(), uris::add);
    return uris;
  }
}
