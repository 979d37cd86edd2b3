package dev.boxmill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of torch.save (see {@code src/test/python/make_pth.py}), and files that only look so. */
final class TestPthFile {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"views.pth", "plain.pth", "protocol4.pth", "legacy.pth"})
  void tensorsAreWhatPyTorchSaved(String name) throws URISyntaxException {
    Path file = Path.of(TestPthFile.class.getResource("/pth/" + name).toURI());
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      assertThat(checkpoint.names()).hasSize(10);
      assertValues(checkpoint, "grid", "(3, 4)", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      assertValues(checkpoint, "tied", "(3, 4)", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
      assertValues(checkpoint, "transposed", "(4, 3)", 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
      assertValues(checkpoint, "middle", "(2, 2)", 5, 6, 9, 10);
      assertValues(checkpoint, "row", "(4)", 8, 9, 10, 11);
      assertValues(checkpoint, "parameter", "(2)", 1.5f, -2.5f);
      assertValues(checkpoint, "half", "(3)", 0.5f, -1, 65504);
      assertValues(checkpoint, "bfloat", "(2, 1)", 1, -3);
      assertValues(checkpoint, "empty", "(0, 4)");
      assertThat(checkpoint.tensor("counter").dtype()).isEqualTo(DType.I64);
    }
  }

  private static void assertValues(
      Checkpoint checkpoint, String name, String shape, float... expected) {
    StoredTensor tensor = checkpoint.tensor(name);
    assertThat(MessageText.shape(tensor.shape())).as(name).isEqualTo(shape);
    assertThat(tensor.values()).as(name).isEqualTo(FloatBuffer.wrap(expected));
  }

  @Test
  void closedFilesSaySo() {
    Path file = tensor(2, 0, new long[] {2}, new long[] {1}).write(at("a.pth"), 1, 2);
    Checkpoint checkpoint = Checkpoint.openFile(file);
    StoredTensor tensor = checkpoint.tensor("w");
    assertThat(tensor.values()).isEqualTo(FloatBuffer.wrap(new float[] {1, 2}));
    checkpoint.close();
    assertThatThrownBy(tensor::values)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the checkpoint is closed");
  }

  /** As in published checkpoints, which hold {'model': …, 'args': argparse.Namespace(…)}. */
  @ParameterizedTest
  @ValueSource(strings = {"trained.pth", "training2.pth", "training4.pth", "lightning.ckpt"})
  void whatTrainingLeftIsPassedOver(String name) throws URISyntaxException {
    Path file = Path.of(TestPthFile.class.getResource("/pth/" + name).toURI());
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      assertThat(checkpoint.names()).containsExactly("w");
      assertValues(checkpoint, "w", "(2)", 1.5f, -2.5f);
    }
  }

  @Test
  void averagedWeightsGoBeforeTheLastOnes() throws URISyntaxException {
    Path file = Path.of(TestPthFile.class.getResource("/pth/averaged.pth").toURI());
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      assertThat(checkpoint.names()).containsExactly("w");
      assertValues(checkpoint, "w", "(2)", 2.5f, -1.5f);
    }
  }

  /** However scripts nest them, and whatever else they leave beside them. */
  @ParameterizedTest
  @ValueSource(
      strings = {"ema", "ema/module", "ema/model", "ema/shadow", "ema_state_dict", "ema_weights"})
  void averagedWeightsAreFoundWhereScriptsKeepThem(String path) {
    TestingPickle pickle = new TestingPickle().raw("}").text("model");
    tensorInside(pickle, List.of(), 0).raw("s");
    List<String> keys = List.of(path.split("/"));
    pickle.text(keys.get(0));
    tensorInside(pickle, keys.subList(1, keys.size()), 1).raw("s.");
    try (Checkpoint checkpoint = Checkpoint.openFile(pickle.write(at("a.pth"), 1, 2))) {
      assertValues(checkpoint, "w", "(1)", 2);
    }
  }

  /** Dictionaries of those keys in one another, around one with a tensor. */
  private static TestingPickle tensorInside(TestingPickle pickle, List<String> keys, long offset) {
    keys.forEach(key -> pickle.raw("}").text(key));
    pickle.raw("}").text("w").tensor(2, offset, new long[] {1}, new long[] {1}).raw("s");
    keys.forEach(key -> pickle.raw("s"));
    return pickle;
  }

  @Test
  void tensorsOfLossesAreNotTheNetworks() {
    TestingPickle pickle = new TestingPickle().raw("}");
    for (String name : List.of("model.w", "loss_fn.weight", "criterion.empty_weight")) {
      pickle.text(name).tensor(2, 0, new long[] {2}, new long[] {1}).raw("s");
    }
    try (Checkpoint checkpoint = Checkpoint.openFile(pickle.raw(".").write(at("a.pth"), 1, 2))) {
      assertThat(checkpoint.names()).containsExactly("w");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "module.w, w",
    "model.w, w",
    "model.module.w, w",
    "module.model.w, w",
    "_orig_mod.module.w, w",
    "ema.module.w, w",
    "ema_model.w, w",
    "models.w, models.w",
    "backbone.model.w, backbone.model.w"
  })
  void wrappersAreTakenOffWhereEveryNameHasThem(String saved, String found) {
    Path file = named(saved).write(at("a.pth"), 1, 2);
    try (Checkpoint checkpoint = Checkpoint.openFile(file)) {
      assertThat(checkpoint.names()).containsExactly(found);
      assertValues(checkpoint, found, "(2)", 1, 2);
    }
  }

  @Test
  void namesOfWhichOnlySomeHaveAWrapperStay() {
    TestingPickle pickle =
        new TestingPickle()
            .raw("}")
            .text("model.w")
            .tensor(2, 0, new long[] {2}, new long[] {1})
            .raw("s")
            .text("head.w")
            .tensor(2, 0, new long[] {2}, new long[] {1})
            .raw("s.");
    try (Checkpoint checkpoint = Checkpoint.openFile(pickle.write(at("a.pth"), 1, 2))) {
      assertThat(checkpoint.names()).containsExactly("head.w", "model.w");
    }
  }

  private static TestingPickle named(String name) {
    return new TestingPickle()
        .raw("}")
        .text(name)
        .tensor(2, 0, new long[] {2}, new long[] {1})
        .raw("s.");
  }

  @Test
  void nothingIsMadeOfWhatIsPassedOver() {
    assertRefused(options(")\u0081}").text("w").raw("K\u0001sb."), "it holds a whole object");
    assertRefused(options(")R."), "it holds a whole object, no dictionary of tensors");
    assertRefused(
        new TestingPickle().raw("}").text("w").global("argparse", "Namespace").raw(")\u0081}bs."),
        "its entry 'w' is no tensor");
    assertRefused(
        new TestingPickle().raw("}").text("w").global("pathlib", "PosixPath").raw(")Rs."),
        "its entry 'w' is no tensor");
    assertRefused(
        new TestingPickle().global("collections", "OrderedDict").raw(")\u0081."),
        "it has the instruction 0x81, which no state");
    assertRefused(
        options(")\u0081}").text("run").global("os", "system").raw("sb."),
        "it asks for 'os.system', which is no tensor and may be");
  }

  private static TestingPickle options(String instructions) {
    return new TestingPickle().global("argparse", "Namespace").raw(instructions);
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "__builtin__, exec",
    "subprocess, Popen",
    "torch, load",
    "torch.hub, load",
    "torch.utils.cpp_extension, load",
    "java.lang, Runtime",
    "collections, OrderedDict.fromkeys",
    "argparse, ArgumentParser",
    "argparse, Namespace.__init__",
    "types, FunctionType",
    "builtins, getattr",
    "numpyx, scalar",
    "__main__, Settings"
  })
  void programsAreRefusedByName(String module, String name) {
    TestingPickle byLine = new TestingPickle().global(module, name).text("id").raw("\u0085R.");
    TestingPickle byStack =
        new TestingPickle().text(module).text(name).raw("\u0093").text("id").raw("\u0085R.");
    String expected = "it asks for '" + module + "." + name + "', which is no tensor and may be";
    assertRefused(byLine, expected);
    assertRefused(byStack, expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(ios\nsystem\n",
        "(cos\nsystem\no",
        "Vtext\n",
        "I1\n",
        "L1L\n",
        "Pid\n",
        "\u0081",
        "\u0082\u0001",
        "2",
        "0",
        "1",
        "\u0096",
        "\u0097",
        "\u008b\u00ff\u00ff\u00ff\u007f",
        "T\u00ff\u00ff\u00ff\u007f"
      })
  void instructionsThatNoStateDictNeedsAreRefused(String instructions) {
    assertThatThrownBy(
            () -> open(new TestingPickle().raw("}").raw(instructions).raw(".").write(at("a.pth"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(".*(has the instruction 0x..|asks for 'os.system').*");
  }

  @Test
  void announcedSizesAreNotBelieved() {
    assertRefused(
        new TestingPickle().textOf(0xffffffffL).raw("."),
        "it announces a text of 4294967295 bytes, more than follow");
    assertRefused(
        new TestingPickle().raw("B\u00ff\u00ff\u00ff\u007f."),
        "it announces a text of 2147483647 bytes, more than follow");
    assertRefused(new TestingPickle().textOf(1L << 30).raw("."), "a text of 1073741824 bytes");
    assertRefused(
        tensor(1L << 40, 0, new long[] {1L << 40}, new long[] {1}),
        "the storage of 'w' should have 4398046511104 bytes and has 8");
    assertRefused(
        tensor(2, 0, new long[] {1L << 40}, new long[] {0}),
        "shape (1099511627776) with strides (0) from 0 on doesn't fit its storage of 2 values");
    assertRefused(
        tensor(2, 0, new long[] {1L << 40, 1L << 40}, new long[] {0, 0}),
        "its tensor 'w' is larger than any file");
  }

  @Test
  void viewsBeyondTheirStorageAreRefused() {
    assertRefused(tensor(2, 1, new long[] {2}, new long[] {1}), "doesn't fit its storage of 2");
    assertRefused(tensor(2, 0, new long[] {2}, new long[] {2}), "doesn't fit its storage of 2");
    assertRefused(tensor(2, 0, new long[] {2}, new long[] {1, 1}), "values that don't fit");
    assertRefused(tensor(2, -1, new long[] {1}, new long[] {1}), "values that don't fit");
    assertRefused(tensor(3, 0, new long[] {2}, new long[] {1}), "should have 12 bytes and has 8");
  }

  /** Each level holds the one before ten times: small in the file, endless to whoever walks it. */
  @Test
  void nestedDuplicatesDoNoHarm() {
    TestingPickle bomb = new TestingPickle().raw("}(").text("b").raw("]q\u0000");
    for (int level = 0; level < 40; level++) {
      char number = (char) level;
      bomb.raw("](" + ("h" + number).repeat(10) + "eq" + (char) (level + 1));
    }
    bomb.raw("\u0086\u0086".repeat(20)).raw("u.");
    assertThatThrownBy(() -> open(bomb.write(at("a.pth"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("Cannot read");
  }

  @Test
  void containersThatHoldThemselvesDoNoHarm() {
    assertRefused(
        new TestingPickle().raw("}q\u0000").text("w").raw("h\u0000s."),
        "its entry 'w' is no tensor");
    assertRefused(new TestingPickle().raw("}]q\u0000h\u0000aNs."), "whose keys are no texts");
  }

  @Test
  void otherContentIsRefused() {
    assertRefused(new TestingPickle().raw("]."), "it holds no dictionary");
    assertRefused(new TestingPickle().raw("}."), "it holds no tensors");
    assertRefused(new TestingPickle().raw("}").text("w").raw("K\u0001s."), "'w' is no tensor");
    assertRefused(new TestingPickle().raw("}").text("w"), "it is damaged: premature end of file");
    assertRefused(new TestingPickle().raw("h\u0007."), "refers to its object 7");
    assertRefused(new TestingPickle().text("x").raw("Q."), "something outside that is no tensor");
  }

  @Test
  void archivesOfOtherKindsAreRefused() throws IOException {
    TestingPickle pickle = tensor(2, 0, new long[] {2}, new long[] {1});
    assertThatThrownBy(
            () -> open(TestingPickle.archive(at("n.pth"), Map.of("a/b.pkl", pickle.bytes()))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it has 0 entries NAME/data.pkl (must have one");
    assertThatThrownBy(
            () -> open(TestingPickle.archive(at("m.pth"), Map.of("a/data.pkl", pickle.bytes()))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its entry 'data/0' is missing");
    Files.write(at("old.pth"), new TestingPickle().raw("]").bytes());
    assertThatThrownBy(() -> open(at("old.pth")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it is damaged: premature end of file");
    Files.write(at("other.pth"), new TestingPickle().raw("].").bytes());
    assertThatThrownBy(() -> open(at("other.pth")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("it is a pickle, but none of torch.save");
    Path deflated = at("deflated.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(deflated))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(pickle.bytes());
    }
    assertThatThrownBy(() -> open(deflated))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its entry 'data.pkl' is compressed, as torch.save never does");
    byte[] big = "big".getBytes(StandardCharsets.US_ASCII);
    Map<String, byte[]> entries = Map.of("a/data.pkl", pickle.bytes(), "a/byteorder", big);
    assertThatThrownBy(() -> open(TestingPickle.archive(at("big.pth"), entries)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its numbers are not little-endian");
  }

  private static TestingPickle tensor(long elements, long offset, long[] shape, long[] strides) {
    return new TestingPickle()
        .raw("}")
        .text("w")
        .tensor(elements, offset, shape, strides)
        .raw("s.");
  }

  private void assertRefused(TestingPickle pickle, String reason) {
    assertThatThrownBy(() -> open(pickle.write(at("a.pth"), 1, 2)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("Cannot read ")
        .hasMessageContaining(at("a.pth").toString())
        .hasMessageContaining(reason);
  }

  private Path at(String name) {
    return directory.resolve(name);
  }

  private static void open(Path file) {
    Checkpoint.openFile(file).close();
  }
}
