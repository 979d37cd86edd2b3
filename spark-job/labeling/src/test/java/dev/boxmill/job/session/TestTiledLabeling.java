package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.boxmill.image.Decoding;
import dev.boxmill.image.Region;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.torchscript.Precision;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

final class TestTiledLabeling {
  private static final ExecutorSlot SLOT =
      new ExecutorSlot(List.of(), 1, 2, 4, new Configuration());
  private static final Tiling TILING = Tiling.parse("300:overlap=0.4,full=true");
  private static final float MAX_SCORE_DRIFT = 1e-4f;
  private static final float MAX_PIXEL_DRIFT = 0.05f;

  @Test
  void aTiledRowIsTheJoinOfItsTilesRows() throws Exception {
    BufferedImage mosaic = mosaic();
    List<LabeledBox> separate = new ArrayList<>();
    for (Region region : TILING.regions(new ImageSize(mosaic.getWidth(), mosaic.getHeight()))) {
      BufferedImage tile =
          mosaic.getSubimage(
              region.left(), region.top(), region.size().width(), region.size().height());
      boxes(label(settings(), input("tile", png(tile))).get(0))
          .forEach(box -> separate.add(shifted(box, region)));
    }

    List<LabelRow> rows =
        label(
            settings().withTiling(TILING),
            input("mosaic", png(mosaic)),
            input("small", sample(0)),
            input("strips", tiff(mosaic)));

    assertThat(rows)
        .extracting(LabelRow::imageUri)
        .containsExactlyInAnyOrder("mosaic", "small", "strips");
    assertThat(row(rows, "mosaic").size()).contains(new ImageSize(700, 500));
    assertSame(boxes(row(rows, "mosaic")), TILING.join().join(separate));
    assertSame(boxes(row(rows, "strips")), TILING.join().join(separate));
    assertSame(
        boxes(row(rows, "small")), boxes(label(settings(), input("small", sample(0))).get(0)));
    assertThat(boxes(row(rows, "mosaic"))).hasSizeGreaterThan(4);
  }

  @Test
  void manyMoreTilesThanMayBeInFlightAreLabeled() throws IOException {
    Tiling fine = Tiling.parse("80");
    List<LabelRow> rows =
        label(
            settings().withTiling(fine).withTopK(OptionalInt.of(7)),
            input("a", png(mosaic())),
            input("b", png(mosaic())));
    assertThat(rows).hasSize(2);
    assertSame(boxes(row(rows, "a")), boxes(row(rows, "b")));
    assertThat(boxes(row(rows, "a"))).hasSize(7);
  }

  @Test
  void refinersWorkOnTiles() throws IOException {
    LabelSettings refined = settings().withRefiners(List.of("refinebox")).withTiling(TILING);
    List<LabeledBox> boxes = boxes(label(refined, input("mosaic", png(mosaic()))).get(0));
    assertThat(boxes).anySatisfy(box -> assertThat(box.refinementIou()).isLessThan(0.99f));
    assertThat(boxes).anySatisfy(box -> assertThat(box.corners().xMin()).isGreaterThan(400));
  }

  @Test
  void anImageThatEndsEarlyCostsItsOwnRow() throws IOException {
    byte[] whole = tiff(mosaic());
    List<LabelRow> rows =
        label(
            settings().withTiling(Tiling.parse("200")),
            input("cut", Arrays.copyOf(whole, whole.length * 2 / 3)),
            input("whole", whole));

    LabelRow.Failed cut = (LabelRow.Failed) row(rows, "cut");
    assertThat(cut.category()).isEqualTo(ErrorCategory.UNREADABLE);
    assertThat(cut.message()).contains("it is cut off after");
    assertThat(boxes(row(rows, "whole"))).isNotEmpty();
  }

  @Test
  void aPictureOfTooManyTilesIsRefused() throws IOException {
    LabelRow.Failed refused =
        (LabelRow.Failed)
            label(settings().withTiling(Tiling.parse("2")), input("mosaic", png(mosaic()))).get(0);
    assertThat(refused.category()).isEqualTo(ErrorCategory.REFUSED);
    assertThat(refused.message()).startsWith("Cannot cut the picture: its 700x500 pixels are ");
  }

  @Test
  void aReducedJpegHasBoxesInItsOwnPixels() throws IOException {
    byte[] jpeg = enlarged();
    List<LabeledBox> full = boxes(label(settings(), input("full", jpeg)).get(0));
    LabelRow scaled = label(settings().withDecoding(Decoding.SCALED), input("scaled", jpeg)).get(0);

    assertThat(scaled.size()).contains(new ImageSize(2630, 2300));
    LabeledBox first = boxes(scaled).get(0);
    assertThat(first.label()).isEqualTo(full.get(0).label());
    assertThat(first.corners().iou(full.get(0).corners())).isGreaterThan(0.9f);
  }

  @Test
  void tilesAndDecodingArePartOfTheFingerprint() {
    assertThat(
            List.of(
                prepare(settings()).fingerprint(),
                prepare(settings().withTiling(Tiling.parse("300"))).fingerprint(),
                prepare(settings().withTiling(Tiling.parse("300:overlap=0.3"))).fingerprint(),
                prepare(settings().withTiling(TILING)).fingerprint(),
                prepare(settings().withDecoding(Decoding.SCALED)).fingerprint()))
        .doesNotHaveDuplicates();
    assertThatThrownBy(() -> prepare(settings().withTiling(TILING).withDecoding(Decoding.SCALED)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot cut tiles with --decode scaled: they are cut from all pixels of a picture"
                + " (leave out --tiles or --decode)");
  }

  @Test
  void boxesOfTilesAreRefinedAgainByRefinersThatNeedNoImage() {
    PreparedLabeler tiled = prepare(settings().withTiling(TILING));
    TableProvenance provenance =
        new TableProvenance("labels", tiled.model(), tiled.refiners(), tiled.settings());

    RefiningJob clipped = RefiningJob.of(provenance, options("clip"), new Configuration());
    assertThat(clipped.settings())
        .containsEntry("tiles", TILING.toString())
        .containsEntry("candidates", "joined from tiles");
    assertThatThrownBy(() -> RefiningJob.of(provenance, options("refinebox"), new Configuration()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its boxes were joined from tiles, which refinebox")
        .hasMessageContaining("label the images again with --tiles");
  }

  private static RefiningJob.RefineOptions options(String refiner) {
    return new RefiningJob.RefineOptions(
        "", List.of(refiner), OptionalDouble.empty(), LabelSettings.DEFAULT_MAX_PIXELS);
  }

  private static LabelSettings settings() {
    return LabelSettings.DEFAULTS.withRefiners(List.of("none")).withPrecision(Precision.FP32);
  }

  private static PreparedLabeler prepare(LabelSettings settings) {
    return new DetectorLabelerProvider().prepare(settings, new Configuration());
  }

  private static List<LabelRow> label(LabelSettings settings, ImageInput... inputs) {
    List<LabelRow> rows = new ArrayList<>();
    try (ImageLabeler labeler = prepare(settings).open(SLOT, new StageTimes())) {
      labeler.label(List.of(inputs).iterator()).forEachRemaining(rows::add);
    }
    return rows;
  }

  /** Six scenes side by side. */
  private static BufferedImage mosaic() throws IOException {
    BufferedImage mosaic = new BufferedImage(700, 500, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = mosaic.createGraphics();
    for (int i = 0; i < 6; i++) {
      BufferedImage scene = ImageIO.read(new ByteArrayInputStream(sample(i)));
      graphics.drawImage(scene, i % 3 * 233, i / 3 * 250, null);
    }
    graphics.dispose();
    return mosaic;
  }

  /** The first scene, ten times as large. */
  private static byte[] enlarged() throws IOException {
    BufferedImage scene = ImageIO.read(new ByteArrayInputStream(sample(0)));
    BufferedImage large = new BufferedImage(2630, 2300, BufferedImage.TYPE_INT_RGB);
    large.createGraphics().drawImage(scene, 0, 0, 2630, 2300, null);
    return encoded(large, "jpeg");
  }

  private static byte[] png(BufferedImage picture) {
    return encoded(picture, "png");
  }

  private static byte[] tiff(BufferedImage picture) {
    return encoded(picture, "tiff");
  }

  private static byte[] encoded(BufferedImage picture, String format) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      assertThat(ImageIO.write(picture, format, bytes)).isTrue();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] sample(int number) throws IOException {
    String name = "/dev/boxmill/job/samples/images/scene-%06d.jpg".formatted(number);
    try (InputStream in = TestTiledLabeling.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static ImageInput input(String uri, byte[] file) {
    return new ImageInput(uri, () -> file);
  }

  private static LabelRow row(List<LabelRow> rows, String uri) {
    return rows.stream().filter(row -> row.imageUri().equals(uri)).findFirst().orElseThrow();
  }

  private static List<LabeledBox> boxes(LabelRow row) {
    return ((LabelRow.Labeled) row).boxes();
  }

  private static LabeledBox shifted(LabeledBox box, Region region) {
    return new LabeledBox(
        box.labelId(),
        box.label(),
        box.score(),
        shifted(box.corners(), region),
        shifted(box.detectorCorners(), region));
  }

  private static Corners shifted(Corners box, Region region) {
    return new Corners(
        box.xMin() + region.left(),
        box.yMin() + region.top(),
        box.xMax() + region.left(),
        box.yMax() + region.top());
  }

  private static void assertSame(List<LabeledBox> found, List<LabeledBox> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).score()).isCloseTo(expected.get(i).score(), within(MAX_SCORE_DRIFT));
    }
    assertThat(found)
        .allSatisfy(
            box ->
                assertThat(expected).anySatisfy(other -> assertThat(isSame(box, other)).isTrue()));
  }

  private static boolean isSame(LabeledBox a, LabeledBox b) {
    return a.labelId() == b.labelId()
        && Math.abs(a.score() - b.score()) < MAX_SCORE_DRIFT
        && Math.abs(a.corners().xMin() - b.corners().xMin()) < MAX_PIXEL_DRIFT
        && Math.abs(a.corners().yMax() - b.corners().yMax()) < MAX_PIXEL_DRIFT
        && Math.abs(a.detectorCorners().xMax() - b.detectorCorners().xMax()) < MAX_PIXEL_DRIFT;
  }
}
