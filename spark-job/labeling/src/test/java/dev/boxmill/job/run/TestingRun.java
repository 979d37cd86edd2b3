package dev.boxmill.job.run;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.TestingLabeler;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** A labeling run as tests ask for it: each call changes what the command line would leave be. */
public final class TestingRun {

  private final String output;
  private List<String> inputs = List.of();
  private ExistingLabels existing = ExistingLabels.CONTINUE;
  private String detector = LabelSettings.EMBEDDED;
  private List<String> refiners = List.of();
  private String precision = "fp32";
  private double minScore = 0.05;
  private long maxPixels = LabelSettings.DEFAULT_MAX_PIXELS;
  private OptionalLong chunkImages = OptionalLong.empty();
  private double maxFailureRate = 0.01;

  private TestingRun(String output) {
    this.output = output;
  }

  /** Without inputs, over the bundled samples. */
  public static TestingRun samples(Path output) {
    return new TestingRun(output.toString());
  }

  public static TestingRun of(Path output, Path... inputs) {
    TestingRun run = samples(output);
    run.inputs = Arrays.stream(inputs).map(Path::toString).toList();
    return run;
  }

  public TestingRun replacing() {
    existing = ExistingLabels.REPLACE;
    return this;
  }

  public TestingRun retryingFailed() {
    existing = ExistingLabels.RETRY_FAILED;
    return this;
  }

  public TestingRun detector(String name) {
    detector = name;
    return this;
  }

  public TestingRun refiners(String... chain) {
    refiners = List.of(chain);
    return this;
  }

  public TestingRun precision(String name) {
    precision = name;
    return this;
  }

  public TestingRun minScore(double score) {
    minScore = score;
    return this;
  }

  public TestingRun maxPixels(long pixels) {
    maxPixels = pixels;
    return this;
  }

  public TestingRun chunksOf(long images) {
    chunkImages = OptionalLong.of(images);
    return this;
  }

  public TestingRun mayFail(double rate) {
    maxFailureRate = rate;
    return this;
  }

  public LabelRequest request() {
    LabelSettings settings =
        new LabelSettings(detector, refiners, precision, minScore, LabelSettings.CHECKPOINT_TOP_K)
            .withMaxPixels(maxPixels);
    return new LabelRequest(
        inputs, InputFormat.AUTO, output, existing, settings, chunkImages, maxFailureRate);
  }

  /** With a labeler that needs no network. */
  public TestingOutcome run() {
    return run(TestingLabeler::prepare);
  }

  public TestingOutcome run(LabelerProvider labelers) {
    return TestingOutcome.of(
        console -> new LabelRun(TestingSpark.session(), labelers, console).run(request()));
  }
}
