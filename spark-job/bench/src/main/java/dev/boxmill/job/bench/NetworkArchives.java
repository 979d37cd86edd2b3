package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.detr.Architecture;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.image.Preprocessing;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.Reasons;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A network's programs as files, which {@code forward_gpu.py} checks and times where there is a GPU
 * but no Java: {@code network.json} with the names and shapes of its weights, {@code cpu-fp32.pt}
 * of plain operators, and an archive for each other device and precision.
 */
public final class NetworkArchives {
  private static final ObjectMapper JSON = new ObjectMapper();

  private NetworkArchives() {}

  /**
   * Writes DETR-R50's for 800x1066.
   *
   * @throws BadInputException if they can't be written there
   */
  public static void write(Path folder, PrintWriter out) throws IOException {
    FamilyMember member = FamilyMember.named("DETR R50");
    try {
      write(member, folder);
    } catch (IOException failure) {
      throw new BadInputException(
          "Cannot write archives to "
              + folder
              + ": "
              + Reasons.of(failure)
              + " (name another --output)",
          failure);
    }
    out.println("Archives: " + folder);
    out.flush();
  }

  static void write(FamilyMember member, Path folder) throws IOException {
    Files.createDirectories(folder);
    Architecture architecture = member.network().get();
    JSON.writeValue(folder.resolve("network.json").toFile(), description(member, architecture));
    Program program = Detector.program(architecture, Preprocessing.original());
    Device cpu = Device.cpu();
    Device gpu = Device.cuda(0);
    byte[] plain = program.with(Convolutions.ATEN).archive(cpu, Precision.FP32);
    Files.write(folder.resolve("cpu-fp32.pt"), plain);
    Files.write(folder.resolve("cpu-bf16.pt"), program.archive(cpu, Precision.BF16));
    Files.write(folder.resolve("cuda-fp16.pt"), program.archive(gpu, Precision.FP16));
    Files.write(folder.resolve("cuda-bf16.pt"), program.archive(gpu, Precision.BF16));
  }

  private static ObjectNode description(FamilyMember member, Architecture architecture) {
    ObjectNode node = JSON.createObjectNode().put("name", member.name());
    node.put("height", member.size().height()).put("width", member.size().width());
    node.set("config", member.config().orElseThrow());
    ObjectNode weights = node.putObject("weights");
    for (ExpectedTensor tensor : architecture.tensors()) {
      weights.set(tensor.programName(), JSON.valueToTree(tensor.shape()));
    }
    return node;
  }
}
