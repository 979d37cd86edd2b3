package dev.boxmill.job.session;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.schemas.LabelRow;
import java.util.Iterator;

/** Labels the images of one Spark task. */
public interface ImageLabeler extends AutoCloseable {

  /**
   * Gives one row per input, with the input's uri, in any order. An input that can't be read or
   * labeled gives a {@link LabelRow.Failed}; only faults that spoil the whole task are thrown.
   *
   * @param inputs taken as rows are asked for, with a bounded number read ahead; used from one
   *     thread at a time
   */
  Iterator<LabelRow> label(Iterator<ImageInput> inputs);

  /** Called once at the end of the task, also after a failure or when the task is killed. */
  @Override
  void close();
}
