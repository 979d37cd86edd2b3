package dev.boxmill.schemas;

/** A column of a table, or a field of a column, as code makes it and its page describes it. */
public interface TableColumn {

  /**
   * What there is to say of a column.
   *
   * @param type in Spark SQL's notation
   * @param unit empty where there is none
   */
  record Description(String name, String type, String unit, String example, String meaning) {}

  Description description();

  default String columnName() {
    return description().name();
  }

  /** Type in Spark SQL's notation. */
  default String sqlType() {
    return description().type();
  }

  /** Empty where there is none. */
  default String unit() {
    return description().unit();
  }

  default String example() {
    return description().example();
  }

  default String meaning() {
    return description().meaning();
  }

  /** The first version of the table that has it. */
  default int since() {
    return 1;
  }
}
