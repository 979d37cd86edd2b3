package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.LabelerProvider;
import dev.boxmill.job.session.TestingLabeler;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A labeling run as tests ask for it: each call changes what the command line would leave be. */
public final class TestingRun {

  private final String output;
  private List<String> inputs = List.of();
  private TableOptions tables = TableOptions.NONE;
  private ExistingLabels existing = ExistingLabels.CONTINUE;
  private LabelSettings settings = LabelSettings.DEFAULTS.withPrecision(Precision.FP32);
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

  public TestingRun droppingMissing() {
    existing = ExistingLabels.DROP_MISSING;
    return this;
  }

  public TestingRun keeping(String... columns) {
    tables = new TableOptions(tables.imageColumn(), List.of(columns));
    return this;
  }

  public TestingRun imageColumn(String name) {
    tables = new TableOptions(name, tables.keepColumns());
    return this;
  }

  public TestingRun retryingFailed() {
    existing = ExistingLabels.RETRY_FAILED;
    return this;
  }

  public TestingRun detector(String name) {
    settings = settings.withDetector(name);
    return this;
  }

  public TestingRun refiners(String... chain) {
    settings = settings.withRefiners(List.of(chain));
    return this;
  }

  public TestingRun precision(Precision chosen) {
    settings = settings.withPrecision(chosen);
    return this;
  }

  public TestingRun minScore(double score) {
    settings = settings.withMinScore(score);
    return this;
  }

  public TestingRun maxPixels(long pixels) {
    settings = settings.withMaxPixels(pixels);
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

  /** While Spark and this thread see the plugins of a jar. */
  static TestingOutcome withPlugin(Path jar, Supplier<TestingOutcome> work) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    URL[] urls = {jar.toUri().toURL()};
    try (BoxmillSession session = BoxmillSession.start(List.of(jar));
        URLClassLoader plugins = new URLClassLoader(urls, before)) {
      assertThat(session.spark()).isSameAs(TestingSpark.session());
      thread.setContextClassLoader(plugins);
      return work.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  public LabelRequest request() {
    return new LabelRequest(
        inputs, InputFormat.AUTO, tables, output, existing, settings, chunkImages, maxFailureRate);
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
