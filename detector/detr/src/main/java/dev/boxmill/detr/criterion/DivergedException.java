package dev.boxmill.detr.criterion;

/** A network in training gives numbers that are none. */
public final class DivergedException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  DivergedException(String message) {
    super(message);
  }
}
