package dev.boxmill.job.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of this machine where Hugging Face's own tools keep what they download from the Hub.
 * Nothing is downloaded here.
 *
 * @param folder with {@code models--OWNER--NAME} of each model
 */
record HubCache(Path folder) {
  private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]*";
  private static final Pattern ID = Pattern.compile(PART + "/" + PART);

  /**
   * The cache that the environment names, or the usual one.
   *
   * @param home the user's folder
   */
  static HubCache of(Map<String, String> environment, Path home) {
    String hub = environment.getOrDefault("HF_HUB_CACHE", "");
    if (!hub.isEmpty()) {
      return new HubCache(Path.of(hub));
    }
    String own = environment.getOrDefault("HF_HOME", "");
    Path base = own.isEmpty() ? home.resolve(".cache/huggingface") : Path.of(own);
    return new HubCache(base.resolve("hub"));
  }

  /** Whether a text has the form of a model's name on the Hub, {@code OWNER/NAME}. */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** The model as it was downloaded: as the branch {@code main} was, or the only one there is. */
  Optional<Path> snapshot(String id) {
    Path model = folder.resolve("models--" + id.replace("/", "--"));
    Path snapshots = model.resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    try {
      Path main = model.resolve("refs/main");
      if (Files.isRegularFile(main)) {
        Path named = snapshots.resolve(Files.readString(main).strip());
        return Optional.of(named).filter(Files::isDirectory);
      }
      try (Stream<Path> all = Files.list(snapshots)) {
        List<Path> found = all.filter(Files::isDirectory).toList();
        return found.stream().findFirst().filter(one -> found.size() == 1);
      }
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /** How to get it, for a message. */
  static String remedy(String id) {
    String directory = id.substring(id.indexOf('/') + 1);
    return "download it from the Hugging Face Hub first:\n"
        + "  hf download %s --local-dir %s\n".formatted(id, directory)
        + "  then --detector %s".formatted(directory);
  }
}
