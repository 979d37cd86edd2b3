package dev.boxmill.job.bench;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.session.ExecutorSlot;
import dev.boxmill.job.session.ImageLabeler;
import dev.boxmill.job.session.PreparedLabeler;
import dev.boxmill.job.session.StageTimes;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The smallest detector: reads a file and finds one box, as wide as the file's first byte. */
record ByteLabeler() implements PreparedLabeler {

  @Override
  public String model() {
    return "bytes";
  }

  @Override
  public String refiners() {
    return "";
  }

  @Override
  public String fingerprint() {
    return "bytes";
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("detector", "bytes");
  }

  @Override
  public ImageLabeler open(ExecutorSlot slot, StageTimes times) {
    return new Task();
  }

  private static final class Task implements ImageLabeler {

    @Override
    public Iterator<LabelRow> label(Iterator<ImageInput> inputs) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return inputs.hasNext();
        }

        @Override
        public LabelRow next() {
          return row(inputs.next());
        }
      };
    }

    @Override
    public void close() {}
  }

  private static LabelRow row(ImageInput input) {
    try {
      float width = 1 + (input.content().read()[0] & 0xff);
      Corners box = new Corners(0, 0, width, 1);
      return new LabelRow.Labeled(
          input.uri(),
          Optional.empty(),
          Optional.of(new ImageSize((int) width, 1)),
          List.of(new LabeledBox(0, "byte", 0.5f, box, box)));
    } catch (IOException failure) {
      return new LabelRow.Failed(
          input.uri(),
          Optional.empty(),
          Optional.empty(),
          ErrorCategory.STORAGE,
          String.valueOf(failure.getMessage()));
    }
  }
}
