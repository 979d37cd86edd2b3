package dev.boxmill.job.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.lists.ListFields;
import dev.boxmill.job.table.KeptColumns;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;

/** What a list says of its images beside their addresses, as far as it is carried along: text. */
final class KeptFields {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Nothing is carried along. */
  static final KeptFields NOTHING =
      new KeptFields(List.of(), new KeptTypes(List.of(), KeptColumns.NONE), "");

  private final List<String> names;
  private final KeptTypes types;
  private final String list;

  /**
   * @param names of the fields, in order; there may be none
   * @param types takes what was found
   * @param list for messages
   */
  KeptFields(List<String> names, KeptTypes types, String list) {
    this.names = names;
    this.types = types;
    this.list = list;
  }

  /** As it travels to the task that reads the image; empty if nothing is carried along. */
  String of(ListFields fields) {
    if (names.isEmpty()) {
      return "";
    }
    types.found(String.join(", ", fields.names()));
    for (String name : names) {
      if (fields.has(name)) {
        types.add(name, DataTypes.StringType, list);
      }
    }
    try {
      return MAPPER.writeValueAsString(
          names.stream().map(name -> fields.text(name).orElse(null)).toList());
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("Cannot write text as JSON", impossible);
    }
  }

  /** What {@link #of} gave, as a row of the fields. */
  static Row row(String kept) {
    try {
      return RowFactory.create((Object[]) MAPPER.readValue(kept, String[].class));
    } catch (JsonProcessingException damaged) {
      throw new IllegalStateException("Cannot read " + kept, damaged);
    }
  }
}
