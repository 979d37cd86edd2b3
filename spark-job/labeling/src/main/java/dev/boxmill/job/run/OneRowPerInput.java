package dev.boxmill.job.run;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * Stands between a labeler and its task: an input that gets no row is given a failed one, a row
 * that belongs to no open input stops the task.
 */
final class OneRowPerInput implements Iterator<LabelRow> {

  private final Set<String> open = new LinkedHashSet<>();
  private final Iterator<ImageInput> inputs;
  private final Counters counters;
  private Iterator<LabelRow> rows;

  OneRowPerInput(Iterator<ImageInput> inputs, Counters counters) {
    this.inputs = inputs;
    this.counters = counters;
  }

  /** What the labeler is to read: notes every input that goes through. */
  Iterator<ImageInput> inputs() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return inputs.hasNext();
      }

      @Override
      public ImageInput next() {
        ImageInput input = inputs.next();
        note(input.uri());
        return input;
      }
    };
  }

  /** The same, with the labeler's rows to check. */
  OneRowPerInput over(Iterator<LabelRow> labeled) {
    this.rows = labeled;
    return this;
  }

  @Override
  public boolean hasNext() {
    if (rows.hasNext()) {
      return true;
    }
    if (inputs.hasNext()) {
      throw new IllegalStateException("Cannot label the task's images: the labeler ended early");
    }
    synchronized (open) {
      return !open.isEmpty();
    }
  }

  @Override
  public LabelRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException("Every input has its row");
    }
    LabelRow row = rows.hasNext() ? checked(rows.next()) : forgotten();
    counters.countRow(row);
    return row;
  }

  private void note(String uri) {
    synchronized (open) {
      if (!open.add(uri)) {
        throw new IllegalStateException("Cannot label " + uri + ": the task has it twice");
      }
    }
    counters.countInput();
  }

  private LabelRow checked(LabelRow row) {
    synchronized (open) {
      if (!open.remove(row.imageUri())) {
        throw new IllegalStateException(
            "Cannot write a row for " + row.imageUri() + ": it has one, or was no input");
      }
    }
    return row;
  }

  private LabelRow forgotten() {
    synchronized (open) {
      String uri = open.iterator().next();
      open.remove(uri);
      return new LabelRow.Failed(
          uri,
          Optional.empty(),
          Optional.empty(),
          ErrorCategory.INTERNAL,
          "Cannot label " + uri + ": the labeler gave no row");
    }
  }
}
