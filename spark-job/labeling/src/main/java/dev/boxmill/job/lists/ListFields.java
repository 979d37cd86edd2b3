package dev.boxmill.job.lists;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a list says of an image beside its address. */
public interface ListFields {

  /** Of a list that holds nothing but addresses. */
  ListFields NONE =
      new ListFields() {
        @Override
        public List<String> names() {
          return List.of();
        }

        @Override
        public boolean has(String name) {
          return false;
        }

        @Override
        public Optional<String> text(String name) {
          return Optional.empty();
        }
      };

  /** The fields' names, for messages. */
  List<String> names();

  /** Whether there is such a field, perhaps without a value. */
  boolean has(String name);

  /** A field's value; empty if it has none. */
  Optional<String> text(String name);

  /**
   * The fields of a row of a table.
   *
   * @param header the names of its columns
   */
  static ListFields ofRow(List<String> header, List<String> row) {
    return new ListFields() {
      @Override
      public List<String> names() {
        return header;
      }

      @Override
      public boolean has(String name) {
        return at(name) >= 0;
      }

      @Override
      public Optional<String> text(String name) {
        int at = at(name);
        return at < 0 || at >= row.size()
            ? Optional.empty()
            : Optional.of(row.get(at)).filter(text -> !text.isEmpty());
      }

      private int at(String name) {
        int exact = header.indexOf(name);
        return exact >= 0
            ? exact
            : header.stream()
                .map(text -> text.toLowerCase(Locale.ROOT))
                .toList()
                .indexOf(name.toLowerCase(Locale.ROOT));
      }
    };
  }

  /** The fields of an object; {@code a.b} is the field {@code b} of the object {@code a}. */
  static ListFields ofObject(JsonNode object) {
    return new ListFields() {
      @Override
      public List<String> names() {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
      }

      @Override
      public boolean has(String name) {
        return !at(name).isMissingNode();
      }

      @Override
      public Optional<String> text(String name) {
        JsonNode value = at(name);
        return value.isMissingNode() || value.isNull()
            ? Optional.empty()
            : Optional.of(value.isValueNode() ? value.asText() : value.toString());
      }

      private JsonNode at(String name) {
        JsonNode level = object;
        if (object.has(name)) {
          return object.get(name);
        }
        for (String part : name.split("\\.", -1)) {
          level = level.path(part);
        }
        return level;
      }
    };
  }
}
