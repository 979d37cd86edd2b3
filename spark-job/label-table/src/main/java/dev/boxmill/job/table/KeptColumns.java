package dev.boxmill.job.table;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Columns of the input's tables that a label table carries along: the fields of its last column,
 * {@value #NAME}, which a table has where its user asked for them. In a column of their own they
 * are never in the way of the contract's, of this version or a later one.
 *
 * @param fields nullable, as the user named them, with the types that the input has
 */
public record KeptColumns(StructType fields) implements Serializable {

  /** The name of the column. */
  public static final String NAME = "kept";

  /** A table that has none. */
  public static final KeptColumns NONE = new KeptColumns(new StructType());

  private static final String MEANING = "columns of the input's tables, as --keep-columns named";

  /** Those that rows of that schema have. */
  static KeptColumns of(StructType rows) {
    return Arrays.asList(rows.fieldNames()).contains(NAME)
            && rows.apply(NAME).dataType() instanceof StructType fields
        ? new KeptColumns(fields)
        : NONE;
  }

  /** Those of a file of a label table; none if it has no such column. */
  static KeptColumns of(org.apache.hadoop.fs.Path part, org.apache.hadoop.conf.Configuration hadoop)
      throws IOException {
    return FolderContents.columns(part, hadoop).map(KeptColumns::of).orElse(NONE);
  }

  public boolean isEmpty() {
    return fields.isEmpty();
  }

  /** Names in order. */
  public List<String> names() {
    return List.of(fields.fieldNames());
  }

  /** The label table's columns, and these. */
  public StructType schema() {
    StructType contract = LabelTable.schema();
    return isEmpty()
        ? contract
        : contract.add(new StructField(NAME, fields, true, Metadata.empty()).withComment(MEANING));
  }
}
