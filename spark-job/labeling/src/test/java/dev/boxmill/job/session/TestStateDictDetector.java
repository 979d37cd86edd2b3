package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detector that is a single {@code .pth}; make_layouts.py made the small one here. */
final class TestStateDictDetector {
  @TempDir private Path directory;

  @Test
  void itsLabelsHaveTheNamesThatAFileGives() throws IOException {
    Path names = Files.writeString(directory.resolve("names"), "no\ncup\nspoon\nfork\nknife\n");

    List<LabeledBox> numbered = boxes(prepare(settings(file(), "detr", "")));
    List<LabeledBox> named = boxes(prepare(settings(file(), "detr", names.toString())));

    assertThat(numbered).isNotEmpty().allMatch(box -> box.label().startsWith("label_"));
    assertThat(named)
        .extracting(LabeledBox::label)
        .isSubsetOf("no", "cup", "spoon", "fork", "knife");
    assertThat(named).extracting(LabeledBox::score).isEqualTo(scores(numbered));
  }

  @Test
  void aDirectoryWithItIsTheSame() throws IOException {
    Files.copy(Path.of(file()), directory.resolve("model.pth"));
    assertThat(prepare(settings(directory.toString(), "detr", "")).fingerprint())
        .isEqualTo(prepare(settings(file(), "detr", "")).fingerprint());
  }

  @Test
  void optionsAndLabelsAreInTheFingerprint() throws IOException {
    Path names = Files.writeString(directory.resolve("names"), "{\"2\": \"spoon\"}");
    assertThat(
            Stream.of(
                    settings(file(), "detr", ""),
                    settings(file(), "detr-dc5", ""),
                    settings(file(), "detr:heads=4", ""),
                    settings(file(), "detr", names.toString()))
                .map(settings -> prepare(settings).fingerprint()))
        .doesNotHaveDuplicates();
  }

  @Test
  void whatItDoesNotTellIsAskedForOnTheDriver() {
    assertThatThrownBy(() -> prepare(settings(file(), "", "")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("detr or detr-dc5 (say which: --architecture)");
  }

  @Test
  void otherFilesAreNoDetectors() throws IOException {
    Path text = Files.writeString(directory.resolve("notes.txt"), "x");
    assertThatThrownBy(() -> prepare(settings(text.toString(), "", "")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot read detector %s: it is a file, and no .pth (name a Hugging Face checkpoint"
                    .formatted(text)
                + " directory or a .pth file)");
  }

  private static LabelSettings settings(String detector, String architecture, String classNames) {
    return LabelSettings.DEFAULTS
        .withDetector(detector)
        .withRefiners(List.of("none"))
        .withPrecision(Precision.FP32)
        .withMinScore(0)
        .withTopK(OptionalInt.of(20))
        .withArchitecture(Optional.of(architecture).filter(name -> !name.isEmpty()))
        .withClassNames(Optional.of(classNames).filter(file -> !file.isEmpty()));
  }

  private static PreparedLabeler prepare(LabelSettings settings) {
    return new DetectorLabelerProvider().prepare(settings, new Configuration(false));
  }

  private static String file() {
    try {
      return Path.of(TestStateDictDetector.class.getResource("tiny-detr.pth").toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<LabeledBox> boxes(PreparedLabeler labeler) {
    ExecutorSlot slot = new ExecutorSlot(List.of(), 1, 1, 1, new Configuration(false));
    try (ImageLabeler open = labeler.open(slot, new StageTimes())) {
      ImageInput input = new ImageInput("scene", TestStateDictDetector::scene);
      Iterator<LabelRow> rows = open.label(List.of(input).iterator());
      return ((LabelRow.Labeled) rows.next()).boxes();
    }
  }

  private static byte[] scene() throws IOException {
    try (InputStream in = BundledSamples.class.getResourceAsStream("images/scene-000003.jpg")) {
      return in.readAllBytes();
    }
  }

  private static List<Float> scores(List<LabeledBox> boxes) {
    return boxes.stream().map(LabeledBox::score).toList();
  }
}
