package dev.boxmill.job.preflight;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.torchscript.TorchLibrary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads the native library, the detector and its refiners in an executor, and labels a scene that
 * is in the jar.
 *
 * @param labeler null if it can't be made: then only the library is loaded
 */
record DetectorProbe(PreparedLabeler labeler) implements Probe<ArrayList<Finding>> {

  private static final String LIBRARY_REMEDY =
      "libtorch in boxmill.jar needs Linux on x86-64 with glibc 2.29 or newer, and 500 MB for its"
          + " copy in the home folder or DJL_CACHE_DIR";

  @Override
  public ArrayList<Finding> ask(ExecutorSlot slot) {
    ArrayList<Finding> findings = new ArrayList<>();
    if (labeler != null) { // before the library alone: it sets with how many threads that loads
      findings.add(detector(slot));
    }
    findings.add(library());
    return findings;
  }

  private static Finding library() {
    try {
      return Finding.ok(Check.LIBRARY, "PyTorch " + TorchLibrary.load());
    } catch (RuntimeException | LinkageError failure) {
      return Finding.failed(Check.LIBRARY, failure, LIBRARY_REMEDY);
    }
  }

  private Finding detector(ExecutorSlot slot) {
    String remedy = "see the executor's log";
    try (ImageLabeler opened = labeler.open(slot, new StageTimes())) {
      ImageInput scene = BundledSamples.scenes().get(0);
      return judged(opened.label(List.of(scene).iterator()).next());
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError failure) {
      return Finding.failed(Check.DETECTOR, failure, remedy);
    }
  }

  private Finding judged(LabelRow row) {
    if (row instanceof LabelRow.Failed failed) {
      return Finding.failed(
          Check.DETECTOR, "Cannot label a sample scene: " + failed.message(), "try other refiners");
    }
    String refiners = labeler.refiners().isBlank() ? "" : " with " + labeler.refiners();
    String boxes = row instanceof LabelRow.Labeled found ? boxes(found) : "labeled";
    return Finding.ok(Check.DETECTOR, labeler.model() + refiners + ": " + boxes);
  }

  private static String boxes(LabelRow.Labeled row) {
    long count = row.boxes().size();
    return (count == 1 ? "1 box" : count + " boxes") + " in a sample scene";
  }
}
