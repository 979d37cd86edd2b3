package dev.boxmill.refiners.spi;

import java.util.List;

/**
 * What a jar adds to boxmill: one or more kinds of refiner.
 *
 * <p>An implementation is a public class with a public constructor without parameters, named in the
 * jar's file {@code META-INF/services/dev.boxmill.refiners.spi.RefinerPlugin}. It is made on the
 * driver, where names and options are checked, and again on every executor, so that it must be
 * cheap: load weights in {@link RefinerFactory#create}, not here.
 */
public interface RefinerPlugin {

  /** The refiners of this jar, at least one; always the same ones. */
  List<RefinerFactory> factories();
}
