package dev.boxmill.job;

import dev.boxmill.job.evaluate.ClassMap;
import dev.boxmill.job.evaluate.ClassMapFile;
import dev.boxmill.job.fuse.FuseReport;
import dev.boxmill.job.fuse.FuseRequest;
import dev.boxmill.job.fuse.FuseRequest.SharedImages;
import dev.boxmill.job.fuse.FuseRun;
import dev.boxmill.job.fuse.FusionRules;
import dev.boxmill.job.fuse.FusionRules.Confidence;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.table.WholeTable.ExistingTable;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill fuse}: one label table of several detectors' tables. */
@Command(
    name = "fuse",
    description = {
      "Fuses the label tables of several detectors, or of several runs, over the same images into"
          + " one: weighted boxes fusion, image by image.",
      "Boxes of a class that overlap become one at their weighted mean. Scores of different detectors"
          + " mean different things: calibrate them first."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class FuseCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description =
          "A label table; given twice or more. Images are matched by image_uri, classes by name.")
  private List<String> labels;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder of the fused label table.")
  private String output;

  @Option(
      names = "--weights",
      paramLabel = "W",
      split = ",",
      description = "A weight for each table, in their order. Default: 1 for each.")
  private List<Double> weights;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      defaultValue = "0.55",
      description = "Boxes that overlap more show one object. Default: ${DEFAULT-VALUE}.")
  private double iou;

  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      defaultValue = "0",
      description =
          "Leaves out boxes that score less, before they are fused. Default: ${DEFAULT-VALUE}.")
  private double minScore;

  @Option(
      names = "--confidence",
      paramLabel = "RULE",
      defaultValue = "avg",
      description =
          "A fused box's score: avg, max, box-and-model-avg or absent-model-aware-avg. Default:"
              + " ${DEFAULT-VALUE}, the mean, less where a table has no box there.")
  private String confidence;

  @Option(
      names = "--common-only",
      description =
          "Fuses the images that all tables have. Without it tables of different images are refused.")
  private boolean commonOnly;

  @Option(
      names = "--class-map",
      paramLabel = "FILE",
      description =
          "Classes that have another name in other tables: CSV without a header"
              + " (airplane,aeroplane) or JSON ({\"airplane\": \"aeroplane\"}).")
  private String map;

  @Option(names = "--overwrite", description = "Replaces labels that are in --output.")
  private boolean overwrite;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    FuseRequest request = request();
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      FuseReport report = FuseRun.write(request, session.spark(), System.err::println);
      spec.commandLine().getOut().print(report.text());
      spec.commandLine().getOut().flush();
    }
    return ExitCode.WHOLE;
  }

  private FuseRequest request() {
    FusionRules rules =
        new FusionRules(
            weights == null ? Collections.nCopies(labels.size(), 1.0) : weights,
            iou,
            minScore,
            KnownValue.of("--confidence", confidence, Confidence.values()));
    return new FuseRequest(
        labels,
        output,
        rules,
        commonOnly ? SharedImages.COMMON : SharedImages.ALL,
        map == null ? ClassMap.NONE : ClassMapFile.read(map, SessionlessHadoop.configuration()),
        overwrite ? ExistingTable.REPLACE : ExistingTable.REFUSE);
  }
}
