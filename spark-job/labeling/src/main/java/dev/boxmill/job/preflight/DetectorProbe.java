package dev.boxmill.job.preflight;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.job.text.Plural;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.TorchLibrary;
import dev.boxmill.torchscript.TorchScriptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Loads the native library, the detector and its refiners in an executor, and labels a scene that
 * is in the jar.
 *
 * @param labeler null if it can't be made: then only the library is loaded
 * @param precision as the user asked for it
 */
record DetectorProbe(PreparedLabeler labeler, Precision precision)
    implements Probe<ArrayList<Finding>> {

  private static final String LIBRARY_REMEDY =
      "libtorch needs the platform that boxmill.jar was built on, on Linux with glibc 2.29 or newer,"
          + " and 500 MB for its copy in the home folder or DJL_CACHE_DIR";

  private static final String GPU_REMEDY = "docs/cluster.md tells how executors get CUDA";

  @Override
  public ArrayList<Finding> ask(ExecutorSlot slot) {
    ResidentDetector.useThreads(slot);
    ArrayList<Finding> findings = new ArrayList<>();
    findings.add(library());
    gpu(slot).ifPresent(findings::add);
    if (findings.stream().anyMatch(Finding::isFailed)) {
      findings.add(Finding.skipped(Check.DETECTOR, "it can't be loaded there"));
    } else if (labeler != null) {
      findings.add(detector(slot));
    }
    return findings;
  }

  /** Empty on a CPU, and where the GPU's address is no index. */
  private Optional<Finding> gpu(ExecutorSlot slot) {
    try {
      Device device = slot.device();
      if (device.kind() == Device.Kind.CPU) {
        return Optional.empty();
      }
      TorchLibrary.requireUsable(device);
      String what =
          device + ", the first of " + Plural.of(slot.gpuAddresses().size(), "GPU") + " of a task";
      String computed = precision.on(device).optionValue();
      return Optional.of(Finding.ok(Check.DEVICE, what + ": computes in " + computed));
    } catch (TorchScriptException unusable) {
      return Optional.of(Finding.failed(Check.DEVICE, unusable, GPU_REMEDY));
    } catch (IllegalArgumentException noIndex) {
      return Optional.empty();
    }
  }

  private static Finding library() {
    try {
      String version = TorchLibrary.load();
      return Finding.ok(
          Check.LIBRARY,
          "PyTorch %s for %s in %s"
              .formatted(version, TorchLibrary.platform(), TorchLibrary.folder()));
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
