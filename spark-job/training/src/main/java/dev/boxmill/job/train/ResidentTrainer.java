package dev.boxmill.job.train;

import dev.boxmill.refiners.refinebox.training.GradientNetwork;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import dev.boxmill.torchscript.Device;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The gradient program of each device of an executor, loaded once for the life of its JVM. */
final class ResidentTrainer {

  private record Key(Device device, List<Integer> featureChannels) {}

  private static final Map<Key, GradientNetwork> RESIDENT = new ConcurrentHashMap<>();

  private ResidentTrainer() {}

  static GradientNetwork of(Device device, List<Integer> featureChannels) {
    return RESIDENT.computeIfAbsent(
        new Key(device, featureChannels),
        key -> GradientNetwork.load(device, ParameterLayout.of(featureChannels)));
  }
}
