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
  private static final String READABLE =
      " (readable: JPEG, PNG, WebP, GIF, BMP, TIFF, PNM, JPEG 2000, Targa)";

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
        "0000ftypavif0000 | it is AVIF",
        "0000ftypheic0000 | it is HEIC",
        "0000ftypmif10000mif1heic | it is HEIC",
        "0000ftypmif10000mif1avif | it is AVIF",
        "0000ftypcrx 0000 | it is a raw photograph of a camera, CR3",
        "0000ftypisom0000 | it is a video",
        "8BPS0000 | it is a Photoshop file",
        "II*_0000CR_2 | it is a raw photograph of a camera, CR2",
        "FUJIFILMCCD-RAW 0201 | it is a raw photograph of a camera, RAF",
        "qoif0000 | it is QOI",
        "DDS 0000 | it is DDS"
      })
  void foreignBytesAreNamed(String text, String kind) {
    assertUnreadable(text.getBytes(UTF_8), "Cannot decode the image: " + kind + READABLE);
  }

  @Test
  void dicomIsNamedThoughItsSignatureIsNotInFront() {
    byte[] dicom = new byte[200];
    System.arraycopy("DICM".getBytes(UTF_8), 0, dicom, 128, 4);
    assertUnreadable(dicom, "Cannot decode the image: it is DICOM" + READABLE);
  }

  @Test
  void targaOfAKindThatIsNotReadIsNamedByItsEnd() {
    byte[] targa = new byte[99];
    System.arraycopy("TRUEVISION-XFILE.\0".getBytes(UTF_8), 0, targa, 81, 18);
    assertUnreadable(targa, "Cannot decode the image: it is Targa of another kind" + READABLE);
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
        "rgb_16_bits.png",
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

  /** Coarse scans alone would be a picture too, but not the one that was stored. */
  @Test
  void aProgressiveJpegThatLacksScansIsCutOff() {
    byte[] file = TestingPictures.file("progressive.jpg");
    for (int i = file.length / 4; i < file.length - 1; i++) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == JpegSegments.START_OF_SCAN) {
        assertUnreadable(
            Arrays.copyOf(file, i), "Cannot decode the JPEG: it is cut off after " + i + " bytes");
      }
    }
  }

  @Test
  void aJpegOfTwelveBitsIsNamed() {
    byte[] file = TestingPictures.file("baseline.jpg");
    int frame = indexOf(file, (byte) 0xff, (byte) 0xc0);
    file[frame + 4] = 12;
    assertUnreadable(
        file, "Cannot decode the JPEG: it has 12 bits a sample (convert it to 8 bits)");

    file[frame + 1] = (byte) 0xf7;
    assertUnreadable(file, "Cannot decode the JPEG: it is JPEG-LS (convert it to PNG)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "259 | 34887 | its compression is LERC 34887 (save it with LZW or Deflate)",
        "259 | 4711 | its compression is of the unknown kind 4711 (save it with LZW or Deflate)",
        "262 | 8 | it holds CIELab colors (convert it to RGB)",
        "262 | 5 | it has 1 channels, which are no CMYK",
        "258 | 48 | it has samples of kind 1 with 48 bits (convert it to 8 bits RGB)",
        "256 | 0 | its header says 0x3 pixels",
        "273 | 99999 | it is cut off after 125 bytes",
        "50706 | 1 | it is a raw photograph of a camera, such as DNG or NEF (develop it to JPEG)"
      })
  void whatIsNotReadOfTiffIsNamed(int tag, int value, String reason) {
    byte[] file = new TestingTiff(5, 3, 8, new byte[15]).with(tag, value).file();

    assertUnreadable(file, "Cannot decode the TIFF: " + reason);
  }

  /** Cameras put a thumbnail first, which is not the photograph. */
  @Test
  void aThumbnailIsNotTakenForThePhotograph() {
    TestingTiff file = new TestingTiff(5, 3, 8, new byte[15]).with(TiffTags.SUBFILE_TYPE, 1);

    assertThat(failure(file.with(TiffTags.SUB_DIRECTORIES, 8).file()))
        .hasMessageContaining("it is a raw photograph of a camera");
  }

  /** Strips of a few bytes that each stand for the whole file would take hours. */
  @Test
  void stripsOverEachOtherAreRefused() {
    long[] offsets = new long[10_000];
    long[] counts = new long[offsets.length];
    Arrays.fill(offsets, 8);
    Arrays.fill(counts, 60_000);
    byte[] file =
        new TestingTiff(5, offsets.length, 8, new byte[99])
            .with(TiffTags.ROWS_PER_STRIP, 1)
            .with(TiffTags.COMPRESSION, 32773)
            .with(TiffTags.STRIP_OFFSETS, offsets)
            .with(TiffTags.STRIP_BYTE_COUNTS, counts)
            .file();

    assertUnreadable(file, "Cannot decode the TIFF: its strips or tiles lie over each other");
  }

  @Test
  void tilesFarLargerThanThePageAreRefused() {
    byte[] file =
        new TestingTiff(5, 3, 8, new byte[15])
            .with(TiffTags.TILE_WIDTH, 1 << 30)
            .with(TiffTags.TILE_HEIGHT, 16)
            .file();

    assertUnreadable(file, "Cannot decode the TIFF: it has tiles of 1073741824x16 pixels");
  }

  @Test
  void damagedDataIsTold() {
    byte[] file = TestingPictures.file("rgb.png");
    Arrays.fill(file, 100, 140, (byte) 0x55);

    assertUnreadable(file, "Cannot decode the PNG: its data is damaged");
  }

  @ParameterizedTest
  @CsvSource({
    "baseline.jpg,JPEG",
    "rgb.png,PNG",
    "lossy.webp,WebP",
    "moving.webp,WebP",
    "plain.gif,GIF",
    "rgb.bmp,BMP",
    "raw.tif,TIFF",
    "rgb.pnm,PNM",
    "lossless.jp2,JPEG 2000",
    "rgb.tga,Targa"
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

  @ParameterizedTest
  @ValueSource(ints = {100, 1000, 3000})
  void damagedDataOfSixteenBitsIsTold(int position) {
    byte[] file = TestingPictures.file("rgb_16_bits.png");
    file[position] ^= 1;

    assertUnreadable(file, "Cannot decode the PNG: its data is damaged");
  }

  private static int indexOf(byte[] file, byte first, byte second) {
    for (int i = 0; i + 1 < file.length; i++) {
      if (file[i] == first && file[i + 1] == second) {
        return i;
      }
    }
    throw new AssertionError("It isn't there");
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
