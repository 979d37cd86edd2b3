package dev.boxmill.checkpoint;

import java.nio.file.Path;
import java.util.Map;

/** An open file with tensors, whatever its format. */
interface TensorFile extends AutoCloseable {

  Path path();

  /** By name. */
  Map<String, StoredTensor> tensors();

  @Override
  void close();
}
