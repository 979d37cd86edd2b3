package dev.boxmill.job.train;

import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.job.session.ResidentDetector;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.refiners.spi.Refiners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Matches held-out images with and without the refiner, which works as it will when it labels: the
 * same plugin, in the same precision.
 */
final class ValidationTask implements FlatMapFunction<Iterator<ImageGroup>, ValidatedImage> {

  private static final long serialVersionUID = 1;

  private final TrainingTask task;
  private final Broadcast<float[]> row;
  private final Broadcast<Validation> validation;

  ValidationTask(TrainingTask task, Broadcast<float[]> row, Broadcast<Validation> validation) {
    this.task = task;
    this.row = row;
    this.validation = validation;
  }

  @Override
  public Iterator<ValidatedImage> call(Iterator<ImageGroup> groups) {
    return task.lend(resident -> withRefiner(resident, groups)).iterator();
  }

  private List<ValidatedImage> withRefiner(ResidentDetector resident, Iterator<ImageGroup> groups) {
    try {
      Path weights = Files.createTempFile("boxmill-refiner-", ".safetensors");
      try {
        SafetensorsWriter.write(
            weights,
            ParameterLayout.of(task.detector().featureChannels()).tensors(row.value()),
            Map.of());
        Refiners refiners = Refiners.find();
        String spec = RefineBoxFactory.NAME + ":weights=" + weights;
        try (RefinerChain chain =
            refiners.open(refiners.parse(List.of(spec)), resident.context())) {
          return validated(resident, chain, groups);
        }
      } finally {
        Files.delete(weights);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep weights in a temporary file", e);
    }
  }

  private List<ValidatedImage> validated(
      ResidentDetector resident, RefinerChain chain, Iterator<ImageGroup> groups) {
    List<ValidatedImage> all = new ArrayList<>();
    while (groups.hasNext()) {
      try (LoadedGroup group = LoadedGroup.readWhole(groups.next(), resident, task.hadoop())) {
        for (List<LoadedImage> ofOneSize : group.byPixels()) {
          all.addAll(validated(resident, chain, ofOneSize));
        }
      }
    }
    return all;
  }

  private List<ValidatedImage> validated(
      ResidentDetector resident, RefinerChain chain, List<LoadedImage> images) {
    return resident.forward(
        images.stream().map(LoadedImage::picture).toList(),
        0,
        result -> {
          List<List<Detection>> refined = chain.refine(result.found());
          List<ValidatedImage> validated = new ArrayList<>();
          for (int i = 0; i < images.size(); i++) {
            validated.add(validated(images.get(i), refined.get(i)));
          }
          return validated;
        });
  }

  private ValidatedImage validated(LoadedImage image, List<Detection> refined) {
    int index = image.image().image().truth();
    ImageSize size = image.picture().original();
    return new ValidatedImage(
        index,
        validation.value().match(index, size, refined, Detection::detectorBox),
        validation.value().match(index, size, refined, Detection::box));
  }
}
