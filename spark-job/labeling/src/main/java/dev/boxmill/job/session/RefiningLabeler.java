package dev.boxmill.job.session;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.LabelRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;

/**
 * Refines boxes that a table holds by what the detector's backbone sees: images are read again, and
 * no transformer runs. Rows without boxes, and failed ones, need no image.
 */
final class RefiningLabeler implements ImageLabeler {
  private final ResidentDetector resident;
  private final StageTimes times;
  private final PipelinedLabeler pictures;
  private final Map<String, Candidates> open = new HashMap<>();
  private final Queue<LabelRow> settled = new ArrayDeque<>();

  /**
   * @param resident held until this is closed
   */
  RefiningLabeler(ResidentDetector resident, StageTimes times) {
    this.resident = resident;
    this.times = times;
    this.pictures = new PipelinedLabeler(resident, times, this::refined);
  }

  @Override
  public Iterator<LabelRow> label(Iterator<ImageInput> inputs) {
    Iterator<LabelRow> read = pictures.label(new InputsToRead(inputs));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        // Asking for pictures may settle rows that need none.
        return !settled.isEmpty() || read.hasNext() || !settled.isEmpty();
      }

      @Override
      public LabelRow next() {
        if (!hasNext()) {
          throw new NoSuchElementException("All rows of the task are refined");
        }
        return settled.isEmpty() ? read.next() : settled.remove();
      }
    };
  }

  @Override
  public void close() {
    pictures.close();
  }

  /** The inputs whose images must be read; rows of the others are settled on the way. */
  private final class InputsToRead implements Iterator<ImageInput> {
    private final Iterator<ImageInput> inputs;
    private ImageInput next;

    InputsToRead(Iterator<ImageInput> inputs) {
      this.inputs = inputs;
    }

    @Override
    public boolean hasNext() {
      while (next == null && inputs.hasNext()) {
        ImageInput input = inputs.next();
        next = mustBeRead(input) ? input : null;
      }
      return next != null;
    }

    @Override
    public ImageInput next() {
      if (!hasNext()) {
        throw new NoSuchElementException("No image is left to read");
      }
      ImageInput input = next;
      next = null;
      return input;
    }
  }

  private boolean mustBeRead(ImageInput input) {
    LabelRow known = input.known().orElseThrow();
    if (!(known instanceof LabelRow.Labeled labeled)) {
      settled.add(known);
      return false;
    }
    Candidates candidates = new Candidates(labeled, resident.minScore());
    if (candidates.detections().isEmpty()) {
      settled.add(row(candidates, List.of()));
      return false;
    }
    open.put(input.uri(), candidates);
    return true;
  }

  private List<LabelRow> refined(List<Resized> batch) {
    List<Candidates> candidates = batch.stream().map(image -> open.get(image.uri())).toList();
    List<List<Detection>> refined =
        resident.refine(
            candidates.stream().map(Candidates::detections).toList(),
            batch.stream().map(Resized::picture).toList(),
            times);
    List<LabelRow> rows = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      rows.add(row(candidates.get(i), refined.get(i)));
      open.remove(batch.get(i).uri());
    }
    return rows;
  }

  private LabelRow row(Candidates candidates, List<Detection> refined) {
    return candidates.row(refined, resident.minScore(), resident.detector().classNames());
  }
}
