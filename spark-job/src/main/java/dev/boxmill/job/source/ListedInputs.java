package dev.boxmill.job.source;

import dev.boxmill.job.session.ImageInput;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;

/**
 * All images of a run, found but not read.
 *
 * @param sources at least one
 * @param duplicates inputs left out because their URI was given before
 * @param decisions what each input was taken for, one line each, for the user
 * @param roots URIs of the files and folders that the user's inputs stand for
 */
public record ListedInputs(
    List<ImageSource> sources, long duplicates, List<String> decisions, List<String> roots) {

  public ListedInputs {
    sources = List.copyOf(sources);
    decisions = List.copyOf(decisions);
    roots = List.copyOf(roots);
  }

  /** How many images there are; empty if only reading them all can tell. */
  public OptionalLong count() {
    long sum = 0;
    for (ImageSource source : sources) {
      if (source.count().isEmpty()) {
        return OptionalLong.empty();
      }
      sum += source.count().getAsLong();
    }
    return OptionalLong.of(sum);
  }

  /** The images, each once; their bytes are read when a task asks for them. */
  public JavaRDD<ImageInput> images(SparkSession spark) {
    int slots = spark.sparkContext().defaultParallelism();
    List<JavaRDD<ImageInput>> parts = new ArrayList<>();
    for (ImageSource source : sources) {
      parts.add(source.images(spark, slots));
    }
    JavaRDD<ImageInput> first = parts.get(0);
    return parts.stream().skip(1).reduce(first, JavaRDD::union);
  }
}
