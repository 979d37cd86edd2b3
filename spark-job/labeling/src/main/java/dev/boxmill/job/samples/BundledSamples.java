package dev.boxmill.job.samples;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.storage.Locations;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Unpacks the bundled scenes to where executors can read them. */
public final class BundledSamples {

  private static final String INDEX = "index.txt";
  private static final String IMAGES = "images/";

  private BundledSamples() {}

  /** Writes all bundled files below the folder, over those of an earlier run. */
  public static void unpack(Path folder, Configuration hadoop) throws IOException {
    FileSystem files = Locations.store(folder, hadoop);
    for (String name : names()) {
      try (InputStream content = resource(name);
          OutputStream target = files.create(new Path(folder, name), true)) {
        content.transferTo(target);
      }
    }
  }

  /** The scenes, read from the jar when asked for; on an executor as on the driver. */
  public static List<ImageInput> scenes() throws IOException {
    return names().stream()
        .filter(name -> name.startsWith(IMAGES))
        .map(name -> new ImageInput("boxmill.jar!/" + name, () -> bytes(name)))
        .toList();
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream content = resource(name)) {
      return content.readAllBytes();
    }
  }

  private static List<String> names() throws IOException {
    try (BufferedReader index =
        new BufferedReader(new InputStreamReader(resource(INDEX), StandardCharsets.UTF_8))) {
      return index.lines().filter(line -> !line.isBlank()).toList();
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream resource = BundledSamples.class.getResourceAsStream(name);
    if (resource == null) {
      throw new IOException("Cannot unpack the sample " + name + ": boxmill.jar lacks it");
    }
    return resource;
  }
}
