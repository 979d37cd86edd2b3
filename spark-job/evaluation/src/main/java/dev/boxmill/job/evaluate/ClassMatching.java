package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import java.io.Serializable;
import java.util.Locale;

/**
 * How a detector's classes and the categories of annotations are matched.
 *
 * @param key what a class and its category share
 * @param renamed classes whose category has another name; empty where ids are compared
 */
public record ClassMatching(Key key, ClassMap renamed) implements Serializable {

  public static final ClassMatching NAME = new ClassMatching(Key.NAME, ClassMap.NONE);
  public static final ClassMatching ID = new ClassMatching(Key.ID, ClassMap.NONE);

  /** What a class and its category share. */
  public enum Key {
    NAME,
    ID;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public ClassMatching {
    if (key == Key.ID && !renamed.names().isEmpty()) {
      throw new BadInputException(
          "Cannot use the class map "
              + renamed.file()
              + ": classes are matched by id (leave out --match-classes-by id)");
    }
  }

  /** By name, and by what a file says of names that differ. */
  public static ClassMatching by(ClassMap renamed) {
    return new ClassMatching(Key.NAME, renamed);
  }
}
