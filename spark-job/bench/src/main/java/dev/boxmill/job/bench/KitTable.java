package dev.boxmill.job.bench;

import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a kit of {@code bench kit} runs. It needs no class of Spark. */
@Command(
    name = "run",
    description =
        "Labels on a device from Java, compares with the CPU, and prints images per second.",
    mixinStandardHelpOptions = true)
public final class KitTable implements Callable<Integer> {

  @Option(
      names = "--device",
      defaultValue = "cuda",
      paramLabel = "cuda|cpu",
      description = "Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(
      names = "--networks",
      split = ",",
      defaultValue = "embedded,DETR R50,Deformable DETR R50,RT-DETR R50",
      paramLabel = "NAME",
      description = "Default: ${DEFAULT-VALUE}.")
  private List<String> networks;

  @Option(
      names = "--batches",
      split = ",",
      defaultValue = "1,4,16,64",
      paramLabel = "N",
      description = "Images of each pass. Default: ${DEFAULT-VALUE}.")
  private List<Integer> batches;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      paramLabel = "N",
      description = "Measured passes of each row. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(names = "--pictures", required = true, paramLabel = "DIR", description = "JPEG files.")
  private Path pictures;

  @Override
  public Integer call() throws IOException {
    Device chosen = device.equals("cpu") ? Device.cpu() : Device.cuda(0);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    DeviceTable.Request request =
        new DeviceTable.Request(chosen, networks, batches, rounds, pictures);
    return DeviceTable.run(request, out) ? 0 : 1;
  }

  /** Runs it and ends the process: 1 where the device finds other objects than the CPU. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new KitTable());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println(failure.getMessage());
          return command.getCommandSpec().exitCodeOnExecutionException();
        });
    System.exit(line.execute(arguments));
  }
}
