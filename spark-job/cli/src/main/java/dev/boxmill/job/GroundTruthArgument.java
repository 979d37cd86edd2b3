package dev.boxmill.job;

import picocli.CommandLine.Option;

/** The annotations that a command measures by, or trains on. */
final class GroundTruthArgument {

  @Option(
      names = "--ground-truth",
      required = true,
      paramLabel = "FILE",
      description =
          "Annotations in COCO's form, gzipped or not, or as Label Studio (JSON), CVAT (XML for images)"
              + " or FiftyOne export them; images are matched by file name.")
  private String file;

  String file() {
    return file;
  }
}
