package dev.boxmill.job.source;

import dev.boxmill.job.lists.AddressColumns;
import dev.boxmill.job.source.TableColumns.Kept;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.spark.sql.types.DataType;

/**
 * The columns of a Parquet file that have one value a row, in structs too: which of them hold
 * images, their names, or their addresses. Other columns may be of any type: nobody looks at them.
 */
final class FileColumns {

  /**
   * Columns that may hold the bytes, the best first; {@code image.bytes} as Hugging Face has it.
   */
  static final List<String> BYTES = List.of("image.bytes", "bytes", "content", "image");

  /** Columns that may name an image whose bytes stand beside it, the best first. */
  private static final List<String> NAMES =
      List.of("uri", "image_uri", "path", "url", "image.path", "file_name", "filename", "id");

  private static final String OF_BYTES = "bytes";
  private static final String OF_PATH = "path";
  private static final int MOST_NAMED = 20;

  private final List<PlainColumn> columns = new ArrayList<>();

  FileColumns(MessageType schema) {
    addBelow(List.of(), schema);
  }

  private record PlainColumn(List<String> path, PrimitiveType type) {

    String name() {
      return String.join(".", path);
    }

    PlainKind kind() {
      return PlainKind.of(type);
    }

    Optional<DataType> carried() {
      return kind().carried(type);
    }

    /** Of the struct around it. */
    Optional<String> sibling(String name) {
      return path.size() == 1
          ? Optional.empty()
          : Optional.of(String.join(".", path.subList(0, path.size() - 1)) + "." + name);
    }
  }

  private void addBelow(List<String> around, GroupType level) {
    for (Type field : level.getFields()) {
      if (field.isRepetition(Repetition.REPEATED)) {
        continue;
      }
      List<String> path = new ArrayList<>(around);
      path.add(field.getName());
      if (field.isPrimitive()) {
        columns.add(new PlainColumn(path, field.asPrimitiveType()));
      } else if (field.getLogicalTypeAnnotation() == null) {
        addBelow(path, field.asGroupType());
      }
    }
  }

  /** Where the images' bytes are; empty if the file has none. */
  Optional<TableColumns> images(TableOptions options, Map<String, String> partition) {
    return bytes(options)
        .map(
            bytes ->
                new TableColumns(
                    name(bytes).map(PlainColumn::path).orElse(List.of()),
                    List.of(),
                    bytes.path(),
                    kept(options, partition)));
  }

  /** Where addresses of images are; empty if the file has none. */
  Optional<TableColumns> addresses(TableOptions options, Map<String, String> partition) {
    Optional<PlainColumn> bucket = options.image().isPresent() ? Optional.empty() : text("bucket");
    Optional<PlainColumn> key = bucket.isPresent() ? text("key") : Optional.empty();
    Stream<String> names =
        options.image().isPresent() ? options.image().stream() : AddressColumns.NAMES.stream();
    return key.or(() -> names.flatMap(name -> text(name).stream()).findFirst())
        .map(
            address ->
                new TableColumns(
                    address.path(),
                    key.isPresent() ? bucket.orElseThrow().path() : List.of(),
                    List.of(),
                    kept(options, partition)));
  }

  private Optional<PlainColumn> bytes(TableOptions options) {
    if (options.image().isPresent()) {
      return Stream.of(options.image().get(), options.image().get() + "." + OF_BYTES)
          .flatMap(name -> find(name, FileColumns::holdsBytes).stream())
          .findFirst();
    }
    return BYTES.stream()
        .flatMap(name -> find(name, FileColumns::holdsBytes).stream())
        .findFirst()
        .or(this::onlyStruct);
  }

  /** A struct of bytes and path, whatever its name, if there is no second. */
  private Optional<PlainColumn> onlyStruct() {
    List<PlainColumn> found =
        columns.stream()
            .filter(column -> column.path().size() > 1 && holdsBytes(column))
            .filter(column -> column.path().get(column.path().size() - 1).equals(OF_BYTES))
            .filter(column -> column.sibling(OF_PATH).flatMap(this::text).isPresent())
            .toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private Optional<PlainColumn> text(String name) {
    return find(name, column -> column.kind() == PlainKind.TEXT);
  }

  private Optional<PlainColumn> name(PlainColumn bytes) {
    return NAMES.stream()
        .flatMap(
            name ->
                (name.equals("image.path") ? bytes.sibling(OF_PATH) : Optional.of(name)).stream())
        .flatMap(name -> find(name, column -> column.kind().isName()).stream())
        .filter(column -> !column.equals(bytes))
        .findFirst();
  }

  private List<Kept> kept(TableOptions options, Map<String, String> partition) {
    return options.keepColumns().stream().map(name -> kept(name, partition)).toList();
  }

  private Kept kept(String name, Map<String, String> partition) {
    return find(name, column -> column.carried().isPresent())
        .map(column -> new Kept(column.path(), null, column.carried().orElseThrow()))
        .or(() -> PartitionValues.kept(name, partition))
        .orElse(Kept.NOTHING);
  }

  private Optional<PlainColumn> find(String name, Predicate<PlainColumn> fits) {
    return columns.stream()
        .filter(column -> column.name().equalsIgnoreCase(name) && fits.test(column))
        .min(
            Comparator.comparing((PlainColumn column) -> !column.name().equals(name))
                .thenComparing(column -> column.path().size()));
  }

  private static boolean holdsBytes(PlainColumn column) {
    return column.kind() == PlainKind.BYTES;
  }

  FoundColumns found() {
    return new FoundColumns(
        names(FileColumns::holdsBytes),
        names(column -> column.kind() == PlainKind.TEXT),
        names(column -> column.carried().isPresent()));
  }

  private String names(Predicate<PlainColumn> fits) {
    List<String> names = columns.stream().filter(fits).map(PlainColumn::name).toList();
    String more = names.size() > MOST_NAMED ? ", …" : "";
    return names.isEmpty()
        ? "none"
        : names.stream().limit(MOST_NAMED).collect(Collectors.joining(", ", "", more));
  }
}
