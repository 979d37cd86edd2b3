package dev.boxmill.job.lists;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestJsonList {

  @TempDir Path folder;

  @Test
  void linesNameAnImageEach() throws IOException {
    String lines =
        """
        {"source-ref": "s3://lake/a b.jpg", "label": 1, "label-metadata": {"creation-date": "x"}}

        {"image": "b.jpg", "text": "with \\u00e4 caption"}
        {"file_name": "c.jpg", "objects": {"bbox": [[1, 2, 3, 4]]}}
        {"path": "d.jpg"}
        {"data": {"image": "e.jpg"}}
        {"image": {"path": "f.jpg"}}
        "g.jpg"
        """;
    List<String> named =
        List.of("s3://lake/a b.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg", "g.jpg");
    for (String name : List.of("list.manifest", "list.jsonl", "list.txt", "list.json")) {
      assertThat(read(name, lines.getBytes(UTF_8))).isEqualTo(named);
      assertThat(read(name, lines.replace("\n", "\r\n").getBytes(UTF_8))).isEqualTo(named);
      assertThat(read(name, ("\uFEFF" + lines).getBytes(UTF_16LE))).isEqualTo(named);
      assertThat(read(name, TestTextList.gzip(lines.getBytes(UTF_8)))).isEqualTo(named);
    }
  }

  @Test
  void badLineIsNamedByItsNumber() throws IOException {
    List<String> read =
        read(
            "list.jsonl",
            "{\"image\": \"a.jpg\"\n{\"image\": \"b.jpg\"}\n{\"label\": 3}\nnull\n{\"image\": 7}"
                .getBytes(UTF_8));

    assertThat(read.get(0)).startsWith("1: it is no JSON, Unexpected end-of-input");
    assertThat(read.subList(1, read.size()))
        .containsExactly(
            "b.jpg",
            "3: it holds no address of an image",
            "4: it holds no address of an image",
            "5: it holds no address of an image");
  }

  @Test
  void cocoNamesItsImages() throws IOException {
    String coco =
        """
        {"info": {"url": "http://cocodataset.org"}, "licenses": [{"url": "http://x"}],
         "annotations": [{"id": 1, "image_id": 1, "bbox": [1, 2, 3, 4]}],
         "images": [
           {"id": 1, "file_name": "a.jpg", "coco_url": "http://images/a.jpg", "height": 4},
           {"id": 2, "coco_url": "http://images/b.jpg", "flickr_url": "http://flickr/b.jpg"},
           {"id": 3}],
         "categories": [{"id": 1, "name": "images"}]}
        """;
    List<String> named =
        List.of("a.jpg", "http://images/b.jpg", ": it holds no address of an image");
    for (String text : List.of(coco, coco.replace("\n", ""))) {
      assertThat(read("coco.json", text.getBytes(UTF_8)))
          .extracting(line -> line.replaceFirst("^\\d+:", ":"))
          .isEqualTo(named);
    }
  }

  @Test
  void arrayHoldsAddressesOrObjects() throws IOException {
    assertThat(read("list.json", "[\"a.jpg\", {\"url\": \"b.jpg\"},\n {\"image\": \"c.jpg\"}]"))
        .containsExactly("a.jpg", "b.jpg", "c.jpg");
    assertThat(read("list.json", "{\n  \"path\": \"a.jpg\"\n}\n{\n  \"path\": \"b.jpg\"\n}"))
        .containsExactly("a.jpg", "b.jpg");
  }

  @Test
  void documentThatBreaksOffGivesWhatItHas() throws IOException {
    List<String> read = read("list.json", "{\"images\": [\n{\"file_name\": \"a.jpg\"},\n{\"fil");

    assertThat(read).hasSize(2).startsWith("a.jpg");
    assertThat(read.get(1)).startsWith("3: it is no JSON from there on, Unexpected end-of-input");
  }

  @Test
  void namesOfFilesThatBeginLikeJsonAreNames() throws IOException {
    assertThat(read("list.txt", "[2020] a.jpg\n{b}.jpg\n"))
        .containsExactly("[2020] a.jpg", "{b}.jpg");
  }

  @Test
  void inventoryNamesTheImagesOfItsFiles() throws IOException {
    write(
        "data/1.csv.gz",
        """
        "lake","photos/a+b%2B1.jpg","17","true","false"
        "lake","photos/gone.jpg","","true","true"
        "lake","photos/old.jpg","17","false","false"
        "lake","photos/readme.md","17","true","false"
        """);
    String manifest =
        """
        {"sourceBucket": "lake", "destinationBucket": "arn:aws:s3:::lists", "version": "2016-11-30",
         "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size, IsLatest, IsDeleteMarker",
         "files": [{"key": "lake/all/data/1.csv.gz", "size": 4, "MD5checksum": "f1"}]}
        """;

    assertThat(read("2026-11-01T00-00Z/manifest.json", manifest))
        .containsExactly(
            "s3a://lake/photos/a b+1.jpg",
            "-deleted or replaced object",
            "-deleted or replaced object",
            "-other object");
    assertThatThrownBy(
            () -> read("2026-11-01T00-00Z/manifest.json", manifest.replace("CSV", "ORC")))
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith(
            "its inventory is of format ORC (let S3 write it as CSV, or name its Parquet files)");
  }

  @Test
  void filesOfAnInventoryAreReadByThemselves() throws IOException {
    write("1.csv.gz", "\"lake\",\"a%20b.jpg\",\"17\"\n\"lake\",\"c.txt\",\"17\"\n");

    assertThat(TestingList.read(folder.resolve("1.csv.gz")))
        .containsExactly("s3a://lake/a b.jpg", "-other object");
    assertThat(read("objects.csv", "size,bucket,key\n17,lake,a+b%20c.jpg\n17,lake,c.txt\n"))
        .containsExactly("s3a://lake/a+b%20c.jpg", "-other object");
  }

  private void write(String name, String lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, TestTextList.gzip(lines.getBytes(UTF_8)));
  }

  private List<String> read(String name, String content) throws IOException {
    return read(name, content.getBytes(UTF_8));
  }

  private List<String> read(String name, byte[] content) throws IOException {
    return TestingList.read(folder.resolve(name), content);
  }
}
