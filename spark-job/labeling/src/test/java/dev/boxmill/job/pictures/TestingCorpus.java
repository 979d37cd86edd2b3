package dev.boxmill.job.pictures;

import static dev.boxmill.job.pictures.TestingPicture.ok;
import static dev.boxmill.job.pictures.TestingPicture.refused;
import static dev.boxmill.job.pictures.TestingPicture.unreadable;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** All the files, from one drawn scene. */
final class TestingCorpus {
  private static final int WIDTH = 263;
  private static final int HEIGHT = 230;
  private static final int FLIPS = 12;

  private final List<TestingPicture> pictures = new ArrayList<>();
  private final BufferedImage scene;
  private final byte[] png;
  private final byte[] jpeg;

  private TestingCorpus(byte[] drawn) {
    scene = TestingFormats.decode(drawn);
    png = TestingFormats.encode("png", scene);
    jpeg = TestingFormats.encode("jpeg", scene);
  }

  /**
   * The corpus.
   *
   * @param drawn a picture of 263x230 with objects that the detector finds
   */
  static List<TestingPicture> of(byte[] drawn) {
    TestingCorpus corpus = new TestingCorpus(drawn);
    corpus.addKindsOfPixels();
    corpus.addOrientations();
    corpus.addFrames();
    corpus.addOddSizes();
    corpus.addCutOff();
    corpus.addFlipped();
    corpus.addForeign();
    corpus.addLying();
    corpus.addNames();
    return List.copyOf(corpus.pictures);
  }

  private void addKindsOfPixels() {
    pictures.add(whole("upright.png", png));
    pictures.add(whole("baseline.jpg", jpeg));
    add(whole("rgb.bmp", TestingFormats.encode("bmp", scene)), "upright.png");
    add(whole("rgb.tif", TestingFormats.encode("tiff", scene)), "upright.png");
    add(whole("sixteen.png", encode("png", TestingFormats.sixteenBits(scene))), "upright.png");
    add(whole("hidden.png", encode("png", TestingFormats.transparent(scene))), "upright.png");
    add(whole("progressive.jpg", TestingFormats.progressiveJpeg(scene)), "baseline.jpg");
    add(whole("png in.jpg", png), "upright.png");
    add(whole("jpeg in.tiff", jpeg), "baseline.jpg");
    add(whole("LOUD.JPG", jpeg), "baseline.jpg");
    add(whole("more behind.jpg", TestingBytes.join(jpeg, new byte[999])), "baseline.jpg");
    byte[] comment = "<script>alert(1)</script>".getBytes(UTF_8);
    add(whole("comment.jpg", TestingBytes.segment(jpeg, 0xfe, comment)), "baseline.jpg");
    pictures.add(whole("sixteen gray.png", encoded("png", BufferedImage.TYPE_USHORT_GRAY)));
    pictures.add(whole("gray.jpg", encoded("jpeg", BufferedImage.TYPE_BYTE_GRAY)));
    pictures.add(whole("palette.png", encoded("png", BufferedImage.TYPE_BYTE_INDEXED)));
    pictures.add(whole("palette.gif", encoded("gif", BufferedImage.TYPE_BYTE_INDEXED)));
    pictures.add(whole("bilevel.png", encoded("png", BufferedImage.TYPE_BYTE_BINARY)));
    pictures.add(whole("bilevel.tif", encoded("tiff", BufferedImage.TYPE_BYTE_BINARY)));
    pictures.add(whole("five bits.bmp", encoded("bmp", BufferedImage.TYPE_USHORT_555_RGB)));
    byte[] inks = TestingFormats.cmykJpeg(scene);
    byte[] adobe =
        TestingBytes.join("Adobe".getBytes(ISO_8859_1), new byte[] {0, 100, 0, 0, 0, 0, 0});
    pictures.add(whole("inks.jpg", TestingBytes.segment(inks, 0xee, adobe)));
    pictures.add(whole("unmarked inks.jpg", inks));
  }

  private void addOrientations() {
    for (int value = 1; value <= 8; value++) {
      BufferedImage stored = TestingFormats.stored(value, scene);
      byte[] turned = TestingBytes.turnedPng(encode("png", stored), value);
      add(whole("turn " + value + ".png", turned), "upright.png");
      byte[] jpegTurned = TestingBytes.turnedJpeg(encode("jpeg", stored), value);
      pictures.add(whole("turn " + value + ".jpg", jpegTurned));
    }
    add(whole("turn 9.jpg", TestingBytes.turnedJpeg(jpeg, 9)), "baseline.jpg");
  }

  private void addFrames() {
    BufferedImage other = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    BufferedImage palette = TestingFormats.as(BufferedImage.TYPE_BYTE_INDEXED, scene);
    add(whole("pages.tif", TestingFormats.sequence("tiff", scene, other)), "upright.png");
    add(whole("moving.png", TestingBytes.movingPng(png, WIDTH, HEIGHT)), "upright.png");
    add(
        whole(
            "moving.gif",
            TestingFormats.sequence(
                "gif", palette, TestingFormats.as(BufferedImage.TYPE_BYTE_INDEXED, other))),
        "palette.gif");
    pictures.add(ok("still.webp", TestingWebp.still(60, 40, 0x336699), 60, 40));
    add(ok("moving.webp", TestingWebp.moving(60, 40, 0x336699, 0), 60, 40), "still.webp");
  }

  private void addOddSizes() {
    for (int[] size : new int[][] {{1, 1}, {1, 20_000}, {20_000, 1}, {3, 2}, {4_000, 3_000}}) {
      BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_BYTE_GRAY);
      String name = size[0] + "x" + size[1];
      pictures.add(ok(name + ".png", encode("png", image), size[0], size[1]));
      pictures.add(ok(name + ".jpg", encode("jpeg", image), size[0], size[1]));
    }
  }

  private void addCutOff() {
    Map<String, byte[]> whole = new LinkedHashMap<>();
    whole.put("png", png);
    whole.put("jpg", jpeg);
    whole.put("progressive.jpg", TestingFormats.progressiveJpeg(scene));
    whole.put("bmp", TestingFormats.encode("bmp", scene));
    whole.put("tif", TestingFormats.encode("tiff", scene));
    whole.put("gif", encoded("gif", BufferedImage.TYPE_BYTE_INDEXED));
    whole.forEach(
        (ending, file) -> {
          for (int tenth = 1; tenth < 10; tenth++) {
            byte[] part = Arrays.copyOf(file, file.length * tenth / 10);
            pictures.add(
                unreadable("cut " + tenth + " of 10." + ending, part, "(cut off|damaged)"));
          }
        });
    byte[] moving = TestingWebp.moving(60, 40, 0x336699, 0);
    pictures.add(
        unreadable("cut.webp", Arrays.copyOf(moving, moving.length / 2), "(cut off|damaged)"));
  }

  /** PNG has checksums. JPEG has none: what its coded bits say is its picture. */
  private void addFlipped() {
    Random random = new Random(20261121);
    for (int i = 0; i < FLIPS; i++) {
      pictures.add(unreadable("flipped " + i + ".png", flipped(png, random), ""));
      pictures.add(whole("flipped " + i + ".jpg", flipped(jpeg, random)).orUnreadable());
    }
    byte[] hole = png.clone();
    Arrays.fill(hole, hole.length / 2, hole.length / 2 + 512, (byte) 0);
    pictures.add(unreadable("hole.png", hole, "its data is damaged"));
    byte[] zeroTail = jpeg.clone();
    Arrays.fill(zeroTail, zeroTail.length / 2, zeroTail.length, (byte) 0);
    pictures.add(unreadable("zero tail.jpg", zeroTail, "cut off"));
  }

  private void addForeign() {
    pictures.add(unreadable("empty.jpg", new byte[0], "the file is empty"));
    pictures.add(unreadable("zeros.jpg", new byte[5000], "it holds zero bytes only"));
    pictures.add(foreign("page.jpg", "<!DOCTYPE html><html>404</html>", "it looks like HTML"));
    pictures.add(foreign("denied.jpg", "<?xml version='1.0'?><Error/>", "it looks like XML"));
    pictures.add(foreign("answer.png", "{\"error\": 404}", "it looks like JSON"));
    pictures.add(foreign("pointer.png", "version https://git-lfs.github.com/spec/v1", "Git LFS"));
    pictures.add(foreign("drawing.png", "<svg xmlns='x'/>", "it is an SVG drawing"));
    pictures.add(foreign("paper.tif", "%PDF-1.7", "it is a PDF"));
    pictures.add(foreign("notes.jpeg", "nothing to see", "it looks like plain text"));
    pictures.add(foreign("clip.gif", "0000ftypisom0000", "it is a video"));
    pictures.add(foreign("zip.bmp", "PK\u0003\u0004", "it is a zip archive"));
    pictures.add(foreign("signature only.png", "\u0089PNG\r\n\u001a\n", "cut off"));
    pictures.add(foreign("signature only.jpg", "\u00ff\u00d8\u00ff", "cut off"));
    pictures.add(foreign("signature only.gif", "GIF89a", "(cut off|damaged)"));
  }

  private void addLying() {
    byte[] gif = encoded("gif", BufferedImage.TYPE_BYTE_INDEXED);
    byte[] bmp = TestingFormats.encode("bmp", scene);
    pictures.add(refused("bomb.png", TestingBytes.pngSize(png, 60_000, 60_000)));
    pictures.add(refused("bomb.jpg", TestingBytes.jpegSize(jpeg, 60_000, 60_000)));
    pictures.add(refused("bomb.gif", TestingBytes.little32(gif, 6, 0xea60ea60)));
    pictures.add(refused("bomb.bmp", TestingBytes.little32(bmp, 18, 60_000_000)));
    pictures.add(unreadable("no width.png", TestingBytes.pngSize(png, 0, HEIGHT), ""));
    pictures.add(unreadable("minus width.png", TestingBytes.pngSize(png, -WIDTH, HEIGHT), ""));
    pictures.add(unreadable("no height.jpg", TestingBytes.jpegSize(jpeg, WIDTH, 0), ""));
    pictures.add(unreadable("no width.bmp", TestingBytes.little32(bmp, 18, 0), ""));
    pictures.add(unreadable("taller.png", TestingBytes.pngSize(png, WIDTH, 2 * HEIGHT), ""));
    pictures.add(unreadable("wider.png", TestingBytes.pngSize(png, 2 * WIDTH, HEIGHT), ""));
    // libjpeg fills up what is missing, and Pillow takes that too.
    pictures.add(
        ok("taller.jpg", TestingBytes.jpegSize(jpeg, WIDTH, 2 * HEIGHT), WIDTH, 2 * HEIGHT));
    pictures.add(
        unreadable("taller.bmp", TestingBytes.little32(bmp, 22, 2 * HEIGHT), "(cut off|damaged)"));
  }

  /** Names that URIs, patterns, manifests, shells and pages read as something else. */
  private void addNames() {
    for (String name :
        List.of(
            "a b",
            " leads",
            "größe-写真-🙂",
            "e\u0301 apart",
            "50%",
            "a%20b",
            "%2e%2e%2f",
            "no#1",
            "10:30",
            "s3a:x",
            "q?*[1]{2}",
            "a,b",
            "quote\"d'",
            "plus+&=;",
            "back\\slash",
            "a!b",
            "x.tar!",
            "line\nbreak",
            "tab\there",
            "-option",
            "$(reboot)",
            "<script>alert(1)<",
            "\u202etxt",
            "n".repeat(240))) {
      pictures.add(whole("named/" + name + ".jpg", jpeg).like("baseline.jpg"));
    }
  }

  private void add(TestingPicture picture, String twin) {
    pictures.add(picture.like(twin));
  }

  private static TestingPicture whole(String name, byte[] file) {
    return ok(name, file, WIDTH, HEIGHT);
  }

  private static TestingPicture foreign(String name, String content, String reason) {
    return unreadable(name, content.getBytes(ISO_8859_1), reason);
  }

  private byte[] encoded(String format, int type) {
    return encode(format, TestingFormats.as(type, scene));
  }

  private static byte[] encode(String format, BufferedImage image) {
    return TestingFormats.encode(format, image);
  }

  private static byte[] flipped(byte[] file, Random random) {
    byte[] flipped = file.clone();
    flipped[16 + random.nextInt(file.length - 32)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    return flipped;
  }
}
