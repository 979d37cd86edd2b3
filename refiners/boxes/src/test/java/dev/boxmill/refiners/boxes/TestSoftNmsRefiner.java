package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.testing.BoxRefinerContract;

final class TestSoftNmsRefiner implements BoxRefinerContract {

  @Override
  public RefinerFactory factory() {
    return new SoftNmsFactory();
  }
}
