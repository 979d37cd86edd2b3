package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.refiners.refinebox.NetworkTensors;
import dev.boxmill.refiners.refinebox.RefineBoxNetwork;
import dev.boxmill.refiners.refinebox.training.GradientNetwork;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Programs as TorchScript archives, which Python's torch opens where there is a GPU but no Java:
 * {@code check_cuda.py} runs them on fake tensors, {@code forward_gpu.py} on a device.
 */
public final class NetworkArchives {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<Precision> PRECISIONS =
      List.of(Precision.FP32, Precision.FP16, Precision.BF16);

  /** Channels of a ResNet-50's C2 to C5. */
  private static final List<Integer> CHANNELS = List.of(256, 512, 1024, 2048);

  private NetworkArchives() {}

  /**
   * Writes a folder for each network: {@code network.json} with the names and shapes of its
   * weights, {@code cpu-fp32.pt} of plain operators, {@code cpu-bf16.pt} as CPUs run it, and {@code
   * cuda-PRECISION.pt}.
   *
   * @throws BadInputException if they can't be written there
   */
  public static void write(Path folder, PrintWriter out) throws IOException {
    List<FamilyMember> members = FamilyMember.all();
    try {
      Files.createDirectories(folder);
      for (FamilyMember member : members) {
        write(member, folder.resolve(folderName(member)));
      }
    } catch (IOException failure) {
      throw unwritable(folder, failure);
    }
    out.println("Archives of " + members.size() + " networks: " + folder);
    out.flush();
  }

  /**
   * Writes RefineBox's programs: {@code refinebox.json} with the names and shapes of its weights,
   * {@code cuda-PRECISION.pt}, and {@code training-cuda-fp32.pt} with the gradient.
   *
   * @throws BadInputException if they can't be written there
   */
  public static void writeRefineBox(Path folder, PrintWriter out) {
    try {
      Files.createDirectories(folder);
      ObjectNode node = JSON.createObjectNode();
      putWeights(node, NetworkTensors.of(CHANNELS));
      JSON.writeValue(folder.resolve("refinebox.json").toFile(), node);
      writeCuda(RefineBoxNetwork.program(GradientNetwork.STEPS, Device.cuda(0)), folder);
      byte[] training = GradientNetwork.program().archive(Device.cuda(0), Precision.FP32);
      Files.write(folder.resolve("training-cuda-fp32.pt"), training);
    } catch (IOException failure) {
      throw unwritable(folder, failure);
    }
    out.println("Archives of RefineBox: " + folder);
    out.flush();
  }

  private static BadInputException unwritable(Path folder, IOException failure) {
    return new BadInputException(
        "Cannot write archives to "
            + folder
            + ": "
            + FailureReason.of(failure)
            + " (name another --output)",
        failure);
  }

  /** Such as {@code Deformable-DETR-R50-two-stages}. */
  private static String folderName(FamilyMember member) {
    return member.name().replaceAll("[^A-Za-z0-9]+", "-");
  }

  static void write(FamilyMember member, Path folder) throws IOException {
    Files.createDirectories(folder);
    Architecture architecture = member.network().get();
    JSON.writeValue(folder.resolve("network.json").toFile(), description(member, architecture));
    Preprocessing padded = architecture.preprocessing().paddedTo(member.size());
    Program program = Detector.program(architecture, padded);
    byte[] plain = program.with(Convolutions.ATEN).archive(Device.cpu(), Precision.FP32);
    Files.write(folder.resolve("cpu-fp32.pt"), plain);
    Files.write(folder.resolve("cpu-bf16.pt"), program.archive(Device.cpu(), Precision.BF16));
    writeCuda(program.and(Program.of(NetworkArchives.class, "check_resize.py")), folder);
  }

  private static void writeCuda(Program program, Path folder) throws IOException {
    for (Precision precision : PRECISIONS) {
      Files.write(
          folder.resolve("cuda-" + precision.optionValue() + ".pt"),
          program.archive(Device.cuda(0), precision));
    }
  }

  private static ObjectNode description(FamilyMember member, Architecture architecture) {
    ObjectNode node = JSON.createObjectNode().put("name", member.name());
    node.put("height", member.size().height()).put("width", member.size().width());
    member
        .config()
        .filter(config -> member.inLibrary() && member.phrases().isEmpty())
        .ifPresent(config -> node.set("config", config));
    putWeights(node, architecture.tensors());
    return node;
  }

  private static void putWeights(ObjectNode node, List<ExpectedTensor> tensors) {
    ObjectNode weights = node.putObject("weights");
    for (ExpectedTensor tensor : tensors) {
      weights.set(tensor.programName(), JSON.valueToTree(tensor.shape()));
    }
  }
}
