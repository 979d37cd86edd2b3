package dev.boxmill.detr.dfine;

import dev.boxmill.detr.rtdetr.Sampling;
import dev.boxmill.schemas.ImageSize;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of a decoder that refines distributions by {@code fdr.py}.
 *
 * @param projected whether convolutions bring the encoder's maps to its width
 * @param layers up to the one whose boxes are the result
 * @param points sampled by each head on each level
 * @param queries selected among the tokens
 * @param learnedQueries whether they start from a learned content, not from the encoder's
 * @param bins of a distribution; it has one place more
 * @param quality how distributions change class scores
 * @param strides of the fixed anchors' levels
 * @param anchorSize of the images that anchors are fixed for, or empty where they follow the image
 */
public record FineDecoder(
    int dim,
    boolean projected,
    int layers,
    int heads,
    List<Integer> points,
    int feedForwardDim,
    Sampling sampling,
    int queries,
    boolean learnedQueries,
    int bins,
    Quality quality,
    List<Integer> strides,
    List<Integer> anchorSize) {

  /**
   * The location quality estimator.
   *
   * @param topBins the highest probabilities that it sees of each distribution
   * @param layers of its MLP
   * @param dim inside its MLP
   */
  public record Quality(int topBins, int layers, int dim) {}

  public FineDecoder {
    points = List.copyOf(points);
    strides = List.copyOf(strides);
    anchorSize = List.copyOf(anchorSize);
  }

  /** Points of a head on all levels. */
  public int pointsOfHead() {
    return points.stream().mapToInt(Integer::intValue).sum();
  }

  /** What {@code fdr.py}, {@code fdr_detector.py} and the decoder's layers name. */
  public Map<String, Object> constants() {
    Map<String, Object> constants = new HashMap<>();
    constants.put("LEVELS", points.size());
    constants.put("DECODER_PROJECTED", projected);
    constants.put("DECODER_LAYERS", layers);
    constants.put("DECODER_HEADS", heads);
    constants.put("POINTS", points);
    constants.put("OFFSET_SCALE", sampling.offsetScale());
    constants.put("QUERIES", queries);
    constants.put("LEARNED_QUERIES", learnedQueries);
    constants.put("BINS", bins);
    constants.put("TOP_BINS", quality.topBins());
    constants.put("QUALITY_LAYERS", quality.layers());
    constants.put("ANCHOR_SIZES", anchorSize.isEmpty() ? List.of(List.of(0, 0)) : anchorGrids());
    return constants;
  }

  /** [height, width] of each level's grid. */
  private List<List<Integer>> anchorGrids() {
    return strides.stream()
        .map(stride -> List.of(anchorSize.get(0) / stride, anchorSize.get(1) / stride))
        .toList();
  }

  /** Fixed anchors fit the maps of one size. */
  public boolean takes(ImageSize size) {
    List<List<Integer>> maps =
        strides.stream()
            .map(stride -> List.of(cells(size.height(), stride), cells(size.width(), stride)))
            .toList();
    return anchorSize.isEmpty() || anchorGrids().equals(maps);
  }

  private static int cells(int pixels, int stride) {
    return (pixels + stride - 1) / stride;
  }
}
