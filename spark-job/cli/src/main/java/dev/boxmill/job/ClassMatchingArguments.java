package dev.boxmill.job;

import dev.boxmill.job.evaluate.ClassMap;
import dev.boxmill.job.evaluate.ClassMapFile;
import dev.boxmill.job.evaluate.ClassMatching;
import picocli.CommandLine.Option;

/** How a detector's classes and the categories of annotations are matched. */
final class ClassMatchingArguments {

  @Option(
      names = "--match-classes-by",
      paramLabel = "name|id",
      defaultValue = "name",
      description =
          "What a class and its category share: the name, or label_id and the category's id. Default:"
              + " ${DEFAULT-VALUE}.")
  private String key;

  @Option(
      names = "--class-map",
      paramLabel = "FILE",
      description =
          "Classes whose category has another name: CSV without a header (airplane,aeroplane) or JSON"
              + " ({\"airplane\": \"aeroplane\"}). Several classes may be one category.")
  private String map;

  boolean hasMap() {
    return map != null;
  }

  ClassMatching matching() {
    ClassMatching.Key matched =
        KnownValue.of("--match-classes-by", key, ClassMatching.Key.values());
    return new ClassMatching(
        matched,
        map == null ? ClassMap.NONE : ClassMapFile.read(map, SessionlessHadoop.configuration()));
  }
}
