package dev.boxmill.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.boxmill.schemas.ErrorCategory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestUnreadableImages {
  private static final String READABLE = " (readable: JPEG, PNG, WebP, GIF, BMP, TIFF)";

  @Test
  void anEmptyFileIsNamed() {
    assertUnreadable(new byte[0], "Cannot decode the image: the file is empty");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<!DOCTYPE html><html>404</html> | it looks like HTML, such as an error page",
        "<HTML><body>x</body></HTML> | it looks like HTML, such as an error page",
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error> | it looks like XML",
        "<svg xmlns='http://www.w3.org/2000/svg'/> | it is an SVG drawing",
        "{\"error\": 404} | it looks like JSON",
        "version https://git-lfs.github.com/spec/v1 | it is a Git LFS pointer, not the file",
        "%PDF-1.7 | it is a PDF",
        "path,width,height | it looks like plain text",
        "0000ftypavif0000 | it is AVIF or HEIC",
        "0000ftypheic0000 | it is AVIF or HEIC",
        "0000ftypisom0000 | it is a video",
        "8BPS0000 | it is a Photoshop file"
      })
  void foreignBytesAreNamed(String text, String kind) {
    assertUnreadable(text.getBytes(UTF_8), "Cannot decode the image: " + kind + READABLE);
  }

  @Test
  void zeroBytesAndUnknownBytesAreNamed() {
    assertUnreadable(new byte[99], "Cannot decode the image: it holds zero bytes only" + READABLE);
    assertUnreadable(
        new byte[] {1, 2, (byte) 0xfe, 4, 5},
        "Cannot decode the image: its 5 bytes begin with 01 02 fe 04, of no known format"
            + READABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "baseline.jpg",
        "progressive.jpg",
        "gray.jpg",
        "cmyk.jpg",
        "turn6.jpg",
        "rgb.png",
        "palette_transparent.png",
        "lossy.webp",
        "lossless.webp",
        "moving.webp",
        "plain.gif",
        "rgb.bmp"
      })
  void filesThatEndEarlyAreCutOff(String name) {
    byte[] file = TestingPictures.file(name);
    for (int length : List.of(16, file.length / 4, file.length / 2, file.length - 40)) {
      assertUnreadable(
          Arrays.copyOf(file, length),
          "Cannot decode the "
              + ImageFormat.of(file).get().title()
              + ": it is cut off after "
              + length
              + " bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw.tif", "lzw.tif", "deflate.tif", "bilevel.tif"})
  void tiffsThatEndEarlyAreUnreadable(String name) {
    byte[] file = TestingPictures.file(name);
    for (int length : List.of(16, file.length / 4, file.length / 2, file.length - 40)) {
      UnreadableImageException failure = failure(Arrays.copyOf(file, length));
      assertThat(failure.category()).isEqualTo(ErrorCategory.UNREADABLE);
      assertThat(failure).hasMessageMatching("Cannot decode the TIFF: it.* (cut off|damaged).*");
    }
  }

  @Test
  void aJpegWithoutItsEndMarkerIsCutOff() {
    byte[] file = TestingPictures.file("baseline.jpg");

    assertUnreadable(
        Arrays.copyOf(file, file.length - 2),
        "Cannot decode the JPEG: it is cut off after " + (file.length - 2) + " bytes");
  }

  @Test
  void damagedDataIsTold() {
    byte[] file = TestingPictures.file("rgb.png");
    Arrays.fill(file, 100, 140, (byte) 0x55);

    assertUnreadable(file, "Cannot decode the PNG: its data is damaged");
  }

  @Test
  void inksOfUnknownSenseAreNotGuessed() {
    byte[] file = TestingPictures.file("cmyk.jpg");
    int adobe = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("Adobe");
    file[adobe] = 'a';

    assertUnreadable(
        file,
        "Cannot decode the JPEG: it is CMYK without Adobe's marker, so 0 may mean no ink or full"
            + " ink (convert it to RGB)");
  }

  @ParameterizedTest
  @CsvSource({
    "baseline.jpg,JPEG",
    "rgb.png,PNG",
    "lossy.webp,WebP",
    "moving.webp,WebP",
    "plain.gif,GIF",
    "rgb.bmp,BMP",
    "raw.tif,TIFF"
  })
  void tooManyPixelsAreRefused(String name, String format) {
    UnreadableImageException failure =
        catchThrowableOfType(
            UnreadableImageException.class,
            () -> new ImageDecoder(45 * 34 - 1).decode(TestingPictures.file(name)));

    assertThat(failure.category()).isEqualTo(ErrorCategory.REFUSED);
    assertThat(failure)
        .hasMessage(
            "Cannot decode the %s: its 45x34 pixels are over the limit of 1529"
                + " (make the image smaller, or raise --max-pixels)",
            format);
  }

  @Test
  void theLimitItselfIsAllowed() throws UnreadableImageException {
    Picture picture = new ImageDecoder(45 * 34).decode(TestingPictures.file("rgb.png"));

    assertThat(picture.size()).hasToString("45x34");
  }

  /** A bomb of a few bytes: its header alone is enough to refuse it, and takes no memory. */
  @Test
  void theHeaderIsCheckedBeforeMemoryIsTaken() {
    byte[] bomb = TestingPictures.file("rgb.png");
    ByteBuffer header = ByteBuffer.wrap(bomb).putInt(16, 900_000).putInt(20, 900_000);
    CRC32 checksum = new CRC32();
    checksum.update(bomb, 12, 17);
    header.putInt(29, (int) checksum.getValue());

    UnreadableImageException failure = failure(bomb);

    assertThat(failure.category()).isEqualTo(ErrorCategory.REFUSED);
    assertThat(failure)
        .hasMessage(
            "Cannot decode the PNG: its 900000x900000 pixels are over the limit of 178956970"
                + " (make the image smaller, or raise --max-pixels)");
  }

  /**
   * Bytes changed at random, mostly near the front, give a picture or the one exception, soon. With
   * {@code -Dfuzz.times=100} a hundred times as often.
   */
  @Test
  void damageNeverDoesMoreThanThrow() {
    int times = Integer.getInteger("fuzz.times", 1);
    assertTimeoutPreemptively(Duration.ofMinutes(5L * times), () -> damage(40 * times));
  }

  private static void damage(int rounds) {
    Random random = new Random(20);
    ImageDecoder decoder = new ImageDecoder(1_000_000);
    int read = 0;
    int refused = 0;
    for (int round = 0; round < rounds; round++) {
      for (String name : TestingPictures.names()) {
        byte[] file = damaged(TestingPictures.file(name), random);
        try {
          assertThat(decoder.decode(file).rgb().limit()).isPositive();
          read++;
        } catch (UnreadableImageException e) {
          assertThat(e).hasMessageStartingWith("Cannot decode the ");
          refused++;
        }
      }
    }
    assertThat(read).isGreaterThan(100);
    assertThat(refused).isGreaterThan(100);
  }

  private static byte[] damaged(byte[] file, Random random) {
    int range = random.nextBoolean() ? Math.min(120, file.length) : file.length;
    for (int i = 0; i < 4; i++) {
      file[random.nextInt(range)] = (byte) random.nextInt(256);
    }
    return random.nextInt(5) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
  }

  private static void assertUnreadable(byte[] file, String message) {
    UnreadableImageException failure = failure(file);
    assertThat(failure).hasMessage(message);
    assertThat(failure.category()).isEqualTo(ErrorCategory.UNREADABLE);
  }

  private static UnreadableImageException failure(byte[] file) {
    return catchThrowableOfType(
        UnreadableImageException.class, () -> new ImageDecoder().decode(file));
  }
}
