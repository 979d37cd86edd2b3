package dev.boxmill.job.lists;

import dev.boxmill.job.images.ImageNames;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The rows of an S3 Inventory: an object each, its key escaped as in a form. Objects that are no
 * images by their names, and those that were deleted or replaced, are left out.
 */
final class InventoryRows {

  static final String BUCKET_AND_KEY = "Bucket, Key";

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  private final List<String> schema;
  private final UnaryOperator<String> unescaping;
  private final ListReader reader;

  private InventoryRows(List<String> schema, UnaryOperator<String> unescaping, ListReader reader) {
    this.schema = schema;
    this.unescaping = unescaping;
    this.reader = reader;
  }

  /**
   * Rows of a schema.
   *
   * @param schema the columns' names between commas
   */
  static InventoryRows of(String schema, ListReader reader) {
    List<String> folded = Arrays.stream(schema.split(",")).map(AddressColumns::folded).toList();
    return new InventoryRows(folded, InventoryRows::unescaped, reader);
  }

  /**
   * Rows of a table of objects that somebody made of one: keys are as they are.
   *
   * @param schema folded names of the columns
   */
  static InventoryRows plain(List<String> schema, ListReader reader) {
    return new InventoryRows(schema, key -> key, reader);
  }

  /**
   * Whether a table without a header is a part of one: all is quoted, one bucket comes first, and
   * the third field is a number or a version; of two fields alone, it must be packed.
   */
  static boolean look(ListFile file, List<List<String>> rows, String first) {
    boolean quoted = first.startsWith("\"") && first.endsWith("\"");
    if (!quoted || rows.isEmpty() || rows.get(0).size() < 2) {
      return false;
    }
    String bucket = rows.get(0).get(0);
    boolean one =
        BUCKET.matcher(bucket).matches()
            && rows.stream().allMatch(row -> row.size() > 1 && row.get(0).equals(bucket));
    boolean packed = !file.name().equals(file.path().getName());
    return one && (rows.get(0).size() == 2 ? packed : rows.get(0).get(2).matches("\\d+|\\S{32}|"));
  }

  void add(List<String> row) {
    String bucket = field(row, "bucket");
    String key = unescaping.apply(field(row, "key"));
    if (bucket.isEmpty() || key.isEmpty()) {
      reader.leaveOut("nameless line");
    } else if (field(row, "isdeletemarker").equals("true")
        || field(row, "islatest").equals("false")) {
      reader.leaveOut("deleted or replaced object");
    } else if (!ImageNames.isImage(key)) {
      reader.leaveOut("other object");
    } else {
      reader.add("s3a://" + bucket + "/" + key, ListFields.ofRow(schema, row));
    }
  }

  private String field(List<String> row, String name) {
    int at = schema.indexOf(name);
    return at >= 0 && at < row.size() ? row.get(at) : "";
  }

  private static String unescaped(String key) {
    try {
      return URLDecoder.decode(key, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEscaped) {
      return key;
    }
  }
}
