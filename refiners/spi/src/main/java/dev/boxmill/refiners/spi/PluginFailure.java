package dev.boxmill.refiners.spi;

/** What a plugin threw, which may be anything and may fail again when it is asked. */
final class PluginFailure {

  /** A longer chain is a circle. */
  private static final int DEEPEST_CAUSE = 50;

  private PluginFailure() {}

  /** The failure with its class and message, and the remedy where its class says it. */
  static String text(Throwable failure) {
    try {
      return failure instanceof UnsupportedClassVersionError
          ? "%s (compile it with --release %d)"
              .formatted(failure.getMessage(), Runtime.version().feature())
          : failure.toString();
    } catch (Throwable speechless) {
      return failure.getClass().getName();
    }
  }

  /** The failure by its message alone, where it has one. */
  static String message(Throwable failure) {
    try {
      String message = failure.getMessage();
      return message == null ? text(failure) : message;
    } catch (Throwable speechless) {
      return failure.getClass().getName();
    }
  }

  /** The failure if it and its causes can be asked for their text, else another in its place. */
  static Throwable asCause(Throwable failure) {
    try {
      Throwable next = failure;
      for (int depth = 0; next != null && depth < DEEPEST_CAUSE; depth++) {
        next = next.toString() == null ? failure : next.getCause();
      }
      if (next == null) {
        return failure;
      }
    } catch (Throwable speechless) {
      // Whoever reads the causes would fail as this does.
    }
    return new IllegalStateException(text(failure));
  }
}
