package dev.boxmill.detr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.detr.postprocess.Predictions;
import dev.boxmill.detr.preprocess.PicturePreprocessor;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.image.Picture;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import dev.boxmill.torchscript.Program;
import dev.boxmill.torchscript.Tensor;
import dev.boxmill.torchscript.Tensors;
import dev.boxmill.torchscript.TorchModule;
import dev.boxmill.torchscript.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A detector resident on a device: from pictures to detections and feature maps. Its methods may be
 * called by several threads at once.
 */
public final class Detector implements AutoCloseable {
  private final Architecture architecture;
  private final PicturePreprocessor preprocessor;
  private final TorchModule network;
  private final ImageDecoder decoder = new ImageDecoder();

  private Detector(Architecture architecture, Preprocessing preprocessing, TorchModule network) {
    this.architecture = architecture;
    this.preprocessor = new PicturePreprocessor(preprocessing, network);
    this.network = network;
  }

  /**
   * Loads a detector that needs no options.
   *
   * @throws CheckpointException if it can't be used, saying why
   */
  public static Detector load(Path path, Device device, Precision precision) {
    return load(path, DetectorOptions.NONE, device, precision);
  }

  /**
   * Loads a Hugging Face directory or a {@code .pth}, as {@link DetectorFiles#open} finds it.
   *
   * @throws CheckpointException if it can't be used, saying why
   */
  public static Detector load(
      Path path, DetectorOptions options, Device device, Precision precision) {
    try (DetectorFiles files = DetectorFiles.open(path, options)) {
      return of(files.architecture(), files.preprocessing(), files.weights(), device, precision);
    }
  }

  /**
   * A detector of weights that lie in no file.
   *
   * @param weights by program name, all that the architecture asks for; copied before this returns
   */
  public static Detector of(
      Architecture architecture,
      Preprocessing preprocessing,
      Map<String, ? extends Weight> weights,
      Device device,
      Precision precision) {
    Program program = program(architecture, preprocessing);
    return new Detector(architecture, preprocessing, program.load(device, precision, weights));
  }

  /**
   * What a detector runs: the entry points {@code resize_picture}, {@code detect_pictures} and
   * {@code feature_maps}, and the architecture's own.
   */
  public static Program program(Architecture architecture, Preprocessing preprocessing) {
    return Program.of(Detector.class, "detector.py")
        .and(preprocessing.program())
        .and(architecture.program());
  }

  public ImageDecoder decoder() {
    return decoder;
  }

  /** Class names by label id. */
  public Map<Integer, String> classNames() {
    return architecture.classNames();
  }

  /** Channels of C2 to C5. */
  public List<Integer> featureChannels() {
    return architecture.featureChannels();
  }

  /** Strides of C2 to C5 in pixels of the resized picture. */
  public List<Integer> featureStrides() {
    return architecture.featureStrides();
  }

  /** The picture as the network takes it; the caller closes it. */
  public ResizedPicture resize(Picture picture) {
    return preprocessor.resize(picture);
  }

  /** As {@link PicturePreprocessor#resize(Picture, ImageSize)}; the caller closes it. */
  public ResizedPicture resize(Picture picture, ImageSize original) {
    return preprocessor.resize(picture, original);
  }

  /** What the network takes of a picture of that size. */
  public ImageSize resized(ImageSize original) {
    return preprocessor.resized(original);
  }

  /** The picture in that many times the network's usual size; the caller closes it. */
  public ResizedPicture resize(Picture picture, double factor) {
    return preprocessor.resize(picture, factor);
  }

  /** As {@link PicturePreprocessor#beginResizing}. */
  public void beginResizing() {
    preprocessor.beginResizing();
  }

  /** As {@link PicturePreprocessor#waitForDevice}. */
  public void waitForDevice() {
    preprocessor.waitForDevice();
  }

  /** SHA-256 over the weights as they lie in memory, to show that nobody changed them. */
  public String weightsSha256() {
    return network.weightsSha256();
  }

  /**
   * Finds objects.
   *
   * @param resized from {@link #resize}, all of one size; left open
   * @param minScore only detections above it are returned
   * @param topK detections per image at most; 0 for as many as the checkpoint says
   */
  public DetectedBatch detect(List<ResizedPicture> resized, float minScore, int topK) {
    Tensors outputs = network.run("detect_pictures", shape(resized), inputs(resized));
    try {
      return detected(outputs, resized.size(), minScore, topK);
    } catch (RuntimeException e) {
      outputs.close();
      throw e;
    }
  }

  /**
   * The backbone's feature maps alone, the same to the bit as {@link #detect} gives; no transformer
   * runs.
   *
   * @param resized from {@link #resize}, all of one size; left open
   */
  public FeatureMapBatch features(List<ResizedPicture> resized) {
    return new FeatureMapBatch(network.run("feature_maps", shape(resized), inputs(resized)));
  }

  /** What a network's tables depend on. */
  private record BatchShape(int images, ImageSize size) {}

  private static BatchShape shape(List<ResizedPicture> resized) {
    return new BatchShape(resized.size(), resized.get(0).size());
  }

  private static Map<String, Tensor> inputs(List<ResizedPicture> resized) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (int i = 0; i < resized.size(); i++) {
      inputs.put(String.valueOf(i), resized.get(i).image());
    }
    return inputs;
  }

  private DetectedBatch detected(Tensors outputs, int images, float minScore, int topK) {
    PostProcessing rule = architecture.postProcessing();
    PostProcessing limited = topK == 0 ? rule : rule.withLimit(topK);
    float[] logits = outputs.named("logits").floats();
    float[] boxes = outputs.named("boxes").floats();
    Predictions predictions = new Predictions(rule.rule(), logits, boxes, images);
    List<List<Detection>> detections = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      detections.add(limited.detections(logits, boxes, predictions.queries(), image, minScore));
    }
    return new DetectedBatch(detections, predictions, outputs);
  }

  /** Frees the weights. */
  @Override
  public void close() {
    network.close();
  }
}
