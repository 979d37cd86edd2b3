package dev.boxmill.job.ml;

import dev.boxmill.detr.words.Prompt;
import dev.boxmill.image.Decoding;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.run.Counters;
import dev.boxmill.job.run.ExecutorPrecision;
import dev.boxmill.job.run.TaskLabeling;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.PromptRequest;
import dev.boxmill.job.storage.HadoopSettings;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.torchscript.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Labels the images of a DataFrame: each row gets a column, named {@link #outputCol}, that holds
 * the other columns of the label table for its image. Images are bytes in {@link #contentCol} (as
 * Spark's source {@code binaryFile} gives them) or, where the DataFrame has no such column, read
 * from the address in {@link #uriCol}. An image that can't be labeled gives a row whose {@code
 * status} is {@code failed}; none is left out. Rows may change their order within a partition.
 *
 * <p>Settings mean what the options of {@code boxmill label} mean.
 */
public final class BoxLabeler extends Transformer implements DefaultParamsWritable {

  private static final long serialVersionUID = 1;

  /** The value of a parameter that is left to the detector, or off. */
  private static final String OF_DETECTOR = "";

  private static final int OF_CHECKPOINT = 0;

  private final String uid;
  private final Param<String> uriCol;
  private final Param<String> contentCol;
  private final Param<String> outputCol;
  private final Param<String> detector;
  private final Param<String> architecture;
  private final Param<String> classNames;
  private final Param<String> prompt;
  private final Param<String> prompts;
  private final DoubleParam textThreshold;
  private final StringArrayParam refiners;
  private final Param<String> precision;
  private final DoubleParam minScore;
  private final IntParam topK;
  private final LongParam maxPixels;
  private final Param<String> tiles;
  private final Param<String> decode;

  public BoxLabeler() {
    this(Identifiable$.MODULE$.randomUID("boxLabeler"));
  }

  /** With a name of its own, as pipelines store it. */
  public BoxLabeler(String uid) {
    this.uid = uid;
    uriCol = new Param<>(this, "uriCol", "column of the images' addresses, which names them too");
    contentCol = new Param<>(this, "contentCol", "column of the images' bytes, if there is one");
    outputCol = new Param<>(this, "outputCol", "new column for the labels");
    detector = new Param<>(this, "detector", "a directory or .pth, or 'embedded'");
    architecture = new Param<>(this, "architecture", "of a .pth that does not tell it");
    classNames = new Param<>(this, "classNames", "a file of class names");
    prompt = new Param<>(this, "prompt", "phrases to find, with periods between them");
    prompts = new Param<>(this, "prompts", "a file of classes and their phrases");
    textThreshold =
        new DoubleParam(this, "textThreshold", "score of a box's classes; -1: that of minScore");
    refiners = new StringArrayParam(this, "refiners", "refiners in order, or the one 'none'");
    precision = new Param<>(this, "precision", "auto, fp32, bf16 or fp16");
    minScore = new DoubleParam(this, "minScore", "only boxes that score above it are kept");
    topK = new IntParam(this, "topK", "boxes per image at most; 0: as the checkpoint says");
    maxPixels = new LongParam(this, "maxPixels", "images that declare more are refused");
    tiles = new Param<>(this, "tiles", "how larger pictures are cut: SIDE[:key=value,…]");
    decode =
        new Param<>(this, "decode", "full, or scaled: large JPEGs at a fraction of their size");
    setDefault(uriCol, "path");
    setDefault(contentCol, "content");
    setDefault(outputCol, "labels");
    setDefault(detector, LabelSettings.EMBEDDED);
    setDefault(architecture, OF_DETECTOR);
    setDefault(classNames, OF_DETECTOR);
    setDefault(prompt, OF_DETECTOR);
    setDefault(prompts, OF_DETECTOR);
    setDefault(textThreshold, (double) Prompt.AS_BOXES);
    setDefault(refiners, new String[0]);
    setDefault(precision, LabelSettings.DEFAULTS.precision().optionValue());
    setDefault(minScore, LabelSettings.DEFAULT_MIN_SCORE);
    setDefault(topK, OF_CHECKPOINT);
    setDefault(maxPixels, LabelSettings.DEFAULT_MAX_PIXELS);
    setDefault(tiles, OF_DETECTOR);
    setDefault(decode, LabelSettings.DEFAULTS.decoding().optionValue());
  }

  /** Reads one that {@code write().save(path)} or a pipeline saved. */
  public static BoxLabeler load(String path) {
    return read().load(path);
  }

  /** What Spark reads a stage of a saved pipeline with. */
  public static MLReader<BoxLabeler> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Adds the labels. The detector and the refiners are checked at once; images are read when the
   * result is.
   *
   * @throws BadInputException if the detector, a refiner, or a column is wrong
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext());
    StructType schema = transformSchema(dataset.schema());
    PreparedLabeler labeler =
        new DetectorLabelerProvider()
            .prepare(settings(), context.hadoopConfiguration())
            .withAuto(() -> ExecutorPrecision.agreed(context));
    ImageColumns columns = ImageColumns.of(dataset.schema(), text(uriCol), text(contentCol));
    TaskLabeling task =
        new TaskLabeling(labeler, Counters.on(context.sc()), HadoopSettings.broadcast(context));
    return dataset
        .toDF()
        .mapPartitions(
            (MapPartitionsFunction<Row, Row>) new RowLabeling(task, columns),
            LabelWriter.encoder(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    ImageColumns.of(schema, text(uriCol), text(contentCol));
    if (Arrays.asList(schema.fieldNames()).contains(text(outputCol))) {
      throw new BadInputException(
          "Cannot label: column " + text(outputCol) + " is there already (set another outputCol)");
    }
    return schema.add(text(outputCol), RowLabeling.SCHEMA, true);
  }

  private LabelSettings settings() {
    List<String> precisions = Precision.optionValues();
    require(precisions.contains(text(precision)), precision, "must be one of " + precisions);
    double score = (double) getOrDefault(minScore);
    require(score >= 0 && score <= 1, minScore, "must be from 0 to 1");
    require((int) getOrDefault(topK) >= 0, topK, "must be 0 at least");
    long pixels = (long) getOrDefault(maxPixels);
    require(
        pixels >= 1 && pixels <= LabelSettings.MOST_PIXELS,
        maxPixels,
        "must be from 1 to " + LabelSettings.MOST_PIXELS);
    List<String> decodings = Decoding.optionValues();
    require(decodings.contains(text(decode)), decode, "must be one of " + decodings);
    int boxes = (int) getOrDefault(topK);
    return new LabelSettings(
        text(detector),
        List.of(getOrDefault(refiners)),
        Precision.of(text(precision)),
        score,
        boxes == OF_CHECKPOINT ? OptionalInt.empty() : OptionalInt.of(boxes),
        given(architecture),
        given(classNames),
        promptRequest(),
        pixels,
        given(tiles).map(Tiling::parse).orElse(Tiling.NONE),
        Decoding.of(text(decode)));
  }

  private PromptRequest promptRequest() {
    Optional<PromptRequest> line = given(prompt).map(PromptRequest::line);
    Optional<PromptRequest> file = given(prompts).map(PromptRequest::file);
    require(line.isEmpty() || file.isEmpty(), prompt, "must be left out where prompts is set");
    float threshold = (float) (double) getOrDefault(textThreshold);
    require(
        threshold == Prompt.AS_BOXES || (threshold >= 0 && threshold <= 1),
        textThreshold,
        "must be from 0 to 1, or -1 for that of minScore");
    return line.or(() -> file).orElse(PromptRequest.NONE).withTextThreshold(threshold);
  }

  private Optional<String> given(Param<String> param) {
    return Optional.of(text(param)).filter(value -> !value.equals(OF_DETECTOR));
  }

  private <T> void require(boolean right, Param<T> param, String rule) {
    if (!right) {
      throw new BadInputException(
          "Invalid " + param.name() + ": " + getOrDefault(param) + " (" + rule + ")");
    }
  }

  private String text(Param<String> param) {
    return getOrDefault(param);
  }

  public Param<String> uriCol() {
    return uriCol;
  }

  public BoxLabeler setUriCol(String value) {
    set(uriCol, value);
    return this;
  }

  public Param<String> contentCol() {
    return contentCol;
  }

  public BoxLabeler setContentCol(String value) {
    set(contentCol, value);
    return this;
  }

  public Param<String> outputCol() {
    return outputCol;
  }

  public BoxLabeler setOutputCol(String value) {
    set(outputCol, value);
    return this;
  }

  public Param<String> detector() {
    return detector;
  }

  public BoxLabeler setDetector(String value) {
    set(detector, value);
    return this;
  }

  public Param<String> architecture() {
    return architecture;
  }

  public BoxLabeler setArchitecture(String value) {
    set(architecture, value);
    return this;
  }

  public Param<String> classNames() {
    return classNames;
  }

  public BoxLabeler setClassNames(String value) {
    set(classNames, value);
    return this;
  }

  public Param<String> prompt() {
    return prompt;
  }

  public BoxLabeler setPrompt(String value) {
    set(prompt, value);
    return this;
  }

  public Param<String> prompts() {
    return prompts;
  }

  public BoxLabeler setPrompts(String value) {
    set(prompts, value);
    return this;
  }

  public DoubleParam textThreshold() {
    return textThreshold;
  }

  public BoxLabeler setTextThreshold(double value) {
    set(textThreshold, value);
    return this;
  }

  public StringArrayParam refiners() {
    return refiners;
  }

  public BoxLabeler setRefiners(String... value) {
    set(refiners, value);
    return this;
  }

  public Param<String> precision() {
    return precision;
  }

  public BoxLabeler setPrecision(String value) {
    set(precision, value);
    return this;
  }

  public DoubleParam minScore() {
    return minScore;
  }

  public BoxLabeler setMinScore(double value) {
    set(minScore, value);
    return this;
  }

  public IntParam topK() {
    return topK;
  }

  public BoxLabeler setTopK(int value) {
    set(topK, value);
    return this;
  }

  public LongParam maxPixels() {
    return maxPixels;
  }

  public BoxLabeler setMaxPixels(long value) {
    set(maxPixels, value);
    return this;
  }

  public Param<String> tiles() {
    return tiles;
  }

  public BoxLabeler setTiles(String value) {
    set(tiles, value);
    return this;
  }

  public Param<String> decode() {
    return decode;
  }

  public BoxLabeler setDecode(String value) {
    set(decode, value);
    return this;
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public BoxLabeler copy(ParamMap extra) {
    return defaultCopy(extra);
  }
}
