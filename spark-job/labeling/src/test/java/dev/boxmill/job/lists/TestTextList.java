package dev.boxmill.job.lists;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestTextList {

  @TempDir Path folder;

  @Test
  void fieldsMayBeQuotedAndReachOverLines() throws IOException {
    assertThat(
            table(
                "id,uri,note\r\n"
                    + "\r\n"
                    + "1,\"x, \"\"y\"\".jpg\",2\n"
                    + "2,b.jpg,\"over\nlines\"\r"
                    + ",in\"side.jpg\n"
                    + "4,\"a\".jpg\n"
                    + "#5, padded.jpg \r\n"
                    + "5,\" padded.jpg \"\n"
                    + "6,,no uri\n"
                    + "7"))
        .containsExactly(
            "x, \"y\".jpg",
            "b.jpg",
            "in\"side.jpg",
            "a.jpg",
            "padded.jpg",
            " padded.jpg ",
            "-nameless line",
            "-nameless line");
  }

  @Test
  void byteOrderMarkBlankLinesAndCommentsMayPrecedeTheHeader() throws IOException {
    assertThat(table("\uFEFF\n  \n# of May\n\"Image_URI\",x\na.jpg,1\n# end"))
        .containsExactly("-comment", "a.jpg", "-comment");
    assertThat(table("\uFEFFa.jpg\n\nb.jpg")).containsExactly("a.jpg", "b.jpg");
  }

  @Test
  void fieldsAndRecordsMayBeLong() throws IOException {
    String uri = "a".repeat(100_000);
    assertThat(table("x,".repeat(2000) + "uri\n" + ",".repeat(2000) + uri + "\n"))
        .containsExactly(uri);
  }

  @Test
  void quotedFieldThatDoesNotEndCostsItsLine() throws IOException {
    assertThat(table("\nid,uri\n1,\"a\nb\"\n2,\"c\n3,d.jpg\n4,e.jpg"))
        .containsExactly("a\nb", "5: a quoted field in it does not end", "d.jpg", "e.jpg");
  }

  @Test
  void aFirstLineWhoseQuotesDoNotMatchIsAUri() throws IOException {
    assertThat(table("\"a, uri\n\"b.jpg\"\n")).containsExactly("\"a, uri", "b.jpg");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "filename",
        "file_name",
        "File Name",
        "FILENAME",
        "imagePath",
        "image_path",
        "Image URL",
        "path",
        "image",
        "uri",
        "url",
        "s3_uri",
        "key",
        "source-ref",
        "img_path"
      })
  void anyUsualHeaderIsTaken(String header) throws IOException {
    assertThat(table("id," + header + ",split\n1,a.jpg,train\n2,b.jpg,test\n"))
        .containsExactly("a.jpg", "b.jpg");
    assertThat(lines(header + " \na, 1.jpg\nb; 2.jpg\n")).containsExactly("a, 1.jpg", "b; 2.jpg");
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "\t", ";", "|"})
  void anyUsualDelimiterIsTaken(String delimiter) throws IOException {
    String rows = "id,filename,split\n1,a.jpg,train\n2,\"b.jpg\",test".replace(",", delimiter);
    assertThat(table(rows)).containsExactly("a.jpg", "b.jpg");
    assertThat(lines(rows)).containsExactly("a.jpg", "b.jpg");
  }

  @Test
  void spreadsheetsAndListsThatWerePutTogetherAreRead() throws IOException {
    assertThat(table("sep=;\r\nid;path\r\n1;a.jpg\r\n")).containsExactly("a.jpg");
    assertThat(lines("\uFEFFa.jpg\n\uFEFFb.jpg\n")).containsExactly("a.jpg", "b.jpg");
    assertThat(lines("photos/a\0.jpg\n" + "photos/b.jpg\n".repeat(20)))
        .startsWith("photos/a\0.jpg", "photos/b.jpg");
  }

  @Test
  void commasInASemicolonTableArePartsOfNames() throws IOException {
    assertThat(table("id;path;note\n1;a, b.jpg;x\n2;c,d.jpg;y\n"))
        .containsExactly("a, b.jpg", "c,d.jpg");
  }

  @Test
  void blanksAroundLinesAreNoneOfTheName() throws IOException {
    assertThat(lines("a.jpg  \r\n\tb c.jpg\t\r\" d .jpg \"\n   \n#1.jpg\n./#2.jpg\n"))
        .containsExactly("a.jpg", "b c.jpg", " d .jpg ", "-comment", "./#2.jpg");
  }

  @Test
  void anyEncodingIsRead() throws IOException {
    String text = "größe.jpg\n写真 1.jpg\n";
    List<String> names = List.of("größe.jpg", "写真 1.jpg");
    for (Charset charset : List.of(UTF_8, UTF_16LE, UTF_16BE, Charset.forName("UTF-32LE"))) {
      byte[] marked = ("\uFEFF" + text).getBytes(charset);
      assertThat(read("list.txt", marked)).as(charset.name()).isEqualTo(names);
      assertThat(read("list.txt", gzip(marked))).as(charset.name()).isEqualTo(names);
    }
    assertThat(read("list.txt", "photos/größe.jpg\nb.jpg\n".getBytes(UTF_16LE)))
        .containsExactly("photos/größe.jpg", "b.jpg");
    assertThat(read("list.txt", "写真/写真写真.jpg\n写.jpg\n".getBytes(UTF_16LE)))
        .containsExactly("写真/写真写真.jpg", "写.jpg");
    assertThat(read("list.csv", "id;path\n1;größe.jpg\n".getBytes(UTF_16BE)))
        .containsExactly("größe.jpg");
  }

  @Test
  void bytesThatAreNoUtf8StayApartAsInNamesOfFiles() throws IOException {
    assertThat(read("list.txt", "größe.jpg\ngräße.jpg\n".getBytes(ISO_8859_1)))
        .containsExactly("gr\\xF6\\xDFe.jpg", "gr\\xE4\\xDFe.jpg");
  }

  @Test
  void gzipIsToldByItsContent() throws IOException {
    byte[] packed = gzip("path,label\na.jpg,1\n".getBytes(UTF_8));
    for (String name : List.of("list.csv.gz", "list.csv", "list.gz", "list")) {
      assertThat(read(name, packed)).containsExactly("a.jpg");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bz2, 425a68393141592653596e00a12c000008598000100005200032d4440020003100d0014c1a6816e6a4018f4bb784e9e1772453850906e00a12c0",
    "xz, fd377a585a0000016922de360200210116000000742fe5a3010012706174682c6c6162656c0a612e6a70672c310a000031718396000127139046fd7e9042990d010000000001595a",
    "zst, 28b52ffd2013990000706174682c6c6162656c0a612e6a70672c310a",
    "lz4, 04224d1860408213000080706174682c6c6162656c0a612e6a70672c310a00000000"
  })
  void otherCompressionIsToldByItsContent(String extension, String packed) throws IOException {
    byte[] content = HexFormat.of().parseHex(packed);
    for (String name : List.of("list.csv." + extension, "list.csv", "list." + extension)) {
      assertThat(ImageNames.isManifest(name)).isTrue();
      assertThat(read(name, content)).containsExactly("a.jpg");
    }
  }

  @Test
  void packedListThatBreaksOffSaysSo() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      lines.append("photos/").append(i * 7919 % 50_000).append(".jpg\n");
    }
    byte[] packed = gzip(lines.toString().getBytes(UTF_8));

    List<String> read = read("list.txt.gz", Arrays.copyOf(packed, packed.length / 2));

    assertThat(read).hasSizeBetween(10_000, 49_000).startsWith("photos/0.jpg");
    assertThat(read.get(read.size() - 1)).endsWith(": the list breaks off there");
  }

  @Test
  void tablesWithoutAHeaderHaveOneColumnOfAddresses() throws IOException {
    assertThat(table("photos/a.jpg,cat\nphotos/b.jpg,dog\n"))
        .containsExactly("photos/a.jpg", "photos/b.jpg");
    assertThat(table("cat;s3://lake/a\ndog;s3://lake/b\n"))
        .containsExactly("s3://lake/a", "s3://lake/b");
    assertThat(read("list.lst", "0\t1.0\tn01/a.jpg\n1\t0.0\tn02/b.jpg\n".getBytes(UTF_8)))
        .containsExactly("n01/a.jpg", "n02/b.jpg");
    assertThat(lines("n01/a b.JPEG 0\nn02/c.JPEG 17\n"))
        .containsExactly("n01/a b.JPEG", "n02/c.JPEG");
    assertThat(lines("photos/a, b.jpg\nphotos/c.jpg\n"))
        .containsExactly("photos/a, b.jpg", "photos/c.jpg");
  }

  @Test
  void whatIsNoListIsNamed() {
    assertRefused("it is a zip archive or a workbook (save it as CSV)", "PK\u0003\u0004rest");
    assertRefused("it is a Parquet file (name it .parquet)", "PAR1rest");
    assertRefused("it is an image", "\u00ff\u00d8\u00ff\u00e0 JFIF");
    assertRefused("it is no text (write one URI per line)", "ELF\0\0\0\0\1a");
  }

  @Test
  void pipeIsNotWaitedFor() throws Exception {
    Path pipe = folder.resolve("list.txt");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> TestingList.read(pipe))
        .isInstanceOf(IOException.class)
        .hasMessage("it is a pipe, a socket or a device");
  }

  private void assertRefused(String reason, String content) {
    assertThatThrownBy(() -> read("list.csv", content.getBytes(ISO_8859_1)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(reason);
  }

  private List<String> table(String text) throws IOException {
    return read("list.csv", text.getBytes(UTF_8));
  }

  private List<String> lines(String text) throws IOException {
    return read("list.txt", text.getBytes(UTF_8));
  }

  private List<String> read(String name, byte[] content) throws IOException {
    return TestingList.read(folder.resolve(name), content);
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }
}
