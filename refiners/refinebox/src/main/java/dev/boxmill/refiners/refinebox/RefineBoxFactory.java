package dev.boxmill.refiners.refinebox;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import java.nio.file.Path;
import java.util.List;

/** {@code refinebox}: boxes move to where the detector's own features say that the object ends. */
public final class RefineBoxFactory implements RefinerFactory {

  /** The name that users give. */
  public static final String NAME = "refinebox";

  /** The file in a detector's directory whose presence makes this refiner the default. */
  public static final String WEIGHTS = "refinebox.safetensors";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(
        RefinerOption.text(
            "weights",
            WEIGHTS,
            "file of trained weights, safetensors or .pth: its name in the detector's directory,"
                + " or a path on every executor"),
        RefinerOption.integer("steps", 3, 0, 10, "how many times each box is moved"),
        RefinerOption.integer(
            "top-k",
            100,
            1,
            100_000,
            "the queries with the highest scores of an image, whose boxes are moved"));
  }

  @Override
  public boolean onlyMoves() {
    return true;
  }

  @Override
  public List<Path> files(RefinerOptions options, RefinerContext context) {
    Path file = RefineBoxWeights.find(options.text("weights"), context.detectorDirectory());
    RefineBoxWeights.open(file, context.featureChannels()).close();
    return List.of(file);
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    Path file = RefineBoxWeights.find(options.text("weights"), context.detectorDirectory());
    int steps = Math.toIntExact(options.integer("steps"));
    try (RefineBoxWeights weights = RefineBoxWeights.open(file, context.featureChannels())) {
      RefineBoxNetwork network =
          RefineBoxNetwork.load(steps, context.device(), context.precision(), weights.tensors());
      return new RefineBoxRefiner(network, Math.toIntExact(options.integer("top-k")));
    }
  }
}
