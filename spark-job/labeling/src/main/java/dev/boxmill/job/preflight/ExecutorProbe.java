package dev.boxmill.job.preflight;

import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.preflight.ExecutorProbe.Answer;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.storage.LocalFiles;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.text.Plural;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Looks around in an executor: its JVM, its device, the input and the output as they are seen from
 * there. Nothing native is loaded.
 *
 * @param precision as the user asked for it
 * @param inputs some of the files to label
 * @param output a folder that the driver made for probes; null if there is none
 */
record ExecutorProbe(Precision precision, List<ListedFile> inputs, SharedFolder output)
    implements Probe<Answer> {

  /**
   * What is there.
   *
   * @param precision that the network computes in; blank if the device is not usable
   * @param concurrentTasks tasks that run there at once
   * @param gpu whether they compute on a GPU
   */
  record Answer(List<Finding> findings, String precision, int concurrentTasks, boolean gpu)
      implements Serializable {

    Answer {
      findings = new ArrayList<>(findings);
    }
  }

  ExecutorProbe {
    inputs = new ArrayList<>(inputs);
  }

  @Override
  public Answer ask(ExecutorSlot slot) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    NamesCheck.here().ifPresent(findings::add);
    String computed = device(slot, findings);
    readInputs(slot.hadoop()).ifPresent(findings::add);
    if (output != null) {
      findings.add(output.probe(slot.hadoop()));
    }
    boolean gpu = !slot.gpuAddresses().isEmpty();
    return new Answer(findings, computed, slot.concurrentTasks(), gpu);
  }

  private static Finding java() {
    return Finding.ok(
        Check.JAVA,
        String.format(
            Locale.ROOT,
            "Java %s, %s %s, heap of %.1f GiB",
            System.getProperty("java.version"),
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().maxMemory() / (double) (1L << 30)));
  }

  private String device(ExecutorSlot slot, List<Finding> findings) {
    try {
      Device device = slot.device();
      Precision exact = precision.on(device);
      String computed = exact.optionValue();
      if (device.kind() == Device.Kind.CPU) { // a GPU is tried when the library is loaded
        String kernels = Convolutions.on(device, exact).library();
        findings.add(
            Finding.ok(
                Check.DEVICE,
                cpu(slot) + ": computes in " + computed + ", convolves by " + kernels));
      }
      return computed;
    } catch (IllegalArgumentException unusable) {
      findings.add(Finding.failed(Check.DEVICE, unusable, "see spark.task.resource.gpu.amount"));
      return "";
    }
  }

  private static String cpu(ExecutorSlot slot) {
    String features = String.join(" ", CpuFeatures.here());
    String cpu = features.isEmpty() ? "" : " (" + features + ")";
    String cores = Plural.of(slot.cores(), "core") + " for a task";
    String tasks = Plural.of(slot.concurrentTasks(), "task") + " at once";
    return "CPU" + cpu + ", " + cores + ", " + tasks;
  }

  private Optional<Finding> readInputs(Configuration hadoop) {
    List<IOException> failures = new ArrayList<>();
    for (ListedFile file : inputs) {
      readStart(file, hadoop).ifPresent(failures::add);
    }
    if (inputs.isEmpty()) {
      return Optional.empty();
    }
    String remedy = "every executor must be able to read the input";
    if (failures.size() == inputs.size()) {
      return Optional.of(Finding.failed(Check.INPUT, failures.get(0), remedy));
    }
    int read = inputs.size() - failures.size();
    String what = "read from " + read + " of " + inputs.size() + " files";
    return Optional.of(
        failures.isEmpty()
            ? Finding.ok(Check.INPUT, what)
            : Finding.warning(Check.INPUT, what + "; " + failures.get(0).getMessage(), remedy));
  }

  /** Gives what went wrong. */
  private static Optional<IOException> readStart(ListedFile file, Configuration hadoop) {
    Path path = new Path(file.uri());
    try (InputStream stream = open(path, hadoop)) {
      return stream.read() < 0 ? Optional.of(unreadable(file, "it is empty")) : Optional.empty();
    } catch (IOException | RuntimeException failure) {
      return Optional.of(unreadable(file, FailureReason.of(failure)));
    }
  }

  private static InputStream open(Path path, Configuration hadoop) throws IOException {
    FileSystem files = Locations.filesystem(path, hadoop);
    LocalFiles.refuseUnreadable(files, path);
    Optional<java.nio.file.Path> local = LocalFiles.of(files, path);
    return local.isPresent() ? Files.newInputStream(local.get()) : files.open(path);
  }

  private static IOException unreadable(ListedFile file, String reason) {
    return new IOException("Cannot read " + file.uri() + ": " + reason);
  }
}
