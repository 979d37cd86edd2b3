package dev.boxmill.job.session;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;

/**
 * Labels "pictures" of the form {@code WIDTHxHEIGHT} with one box over the whole picture; other
 * bytes can't be decoded. It reads eight inputs ahead and gives rows in reverse, as a labeler may.
 */
public record TestingLabeler(String model, String refiners, String fingerprint)
    implements PreparedLabeler {

  /** Labelers that a task opened and did not close again. */
  public static final AtomicInteger OPEN = new AtomicInteger();

  /** The content of a picture on which this labeler gives a row that nobody asked for. */
  public static final String FAULT = "fault";

  private static final int AHEAD = 8;

  /** Accepts every detector but {@code missing}. */
  public static PreparedLabeler prepare(LabelSettings settings, Configuration hadoop) {
    if (settings.detector().equals("missing")) {
      throw new BadInputException("Cannot read detector missing: it does not exist (check it)");
    }
    return new TestingLabeler(settings.detector(), String.join(" ", settings.refiners()), "f00d");
  }

  /** The bytes of a picture that this labeler can decode. */
  public static byte[] picture(int width, int height) {
    return (width + "x" + height).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("detector", "f00d", "refiners", refiners);
  }

  @Override
  public ImageLabeler open(ExecutorSlot slot, StageTimes times) {
    OPEN.incrementAndGet();
    return new Task();
  }

  private static final class Task implements ImageLabeler {

    @Override
    public Iterator<LabelRow> label(Iterator<ImageInput> inputs) {
      List<LabelRow> ahead = new ArrayList<>();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          while (ahead.size() < AHEAD && inputs.hasNext()) {
            ahead.add(row(inputs.next()));
          }
          return !ahead.isEmpty();
        }

        @Override
        public LabelRow next() {
          if (!hasNext()) {
            throw new NoSuchElementException();
          }
          return ahead.remove(ahead.size() - 1);
        }
      };
    }

    @Override
    public void close() {
      OPEN.decrementAndGet();
    }
  }

  private static LabelRow row(ImageInput input) {
    try {
      return labeled(input.uri(), new String(input.content().read(), StandardCharsets.UTF_8));
    } catch (ImageInputException refused) {
      return failed(input.uri(), refused.category(), refused.getMessage());
    } catch (IOException failure) {
      return failed(input.uri(), ErrorCategory.STORAGE, failure.getMessage());
    }
  }

  private static LabelRow labeled(String uri, String content) {
    if (content.equals(FAULT)) {
      return failed(uri + "?", ErrorCategory.INTERNAL, "another image's row");
    }
    if (!content.matches("\\d+x\\d+")) {
      return failed(uri, ErrorCategory.UNREADABLE, "Cannot decode " + uri + ": no picture");
    }
    String[] sides = content.split("x");
    int width = Integer.parseInt(sides[0]);
    int height = Integer.parseInt(sides[1]);
    Corners whole = new Corners(0, 0, width, height);
    Corners half = new Corners(0, 0, width / 2f, height);
    return new LabelRow.Labeled(
        uri,
        Optional.of("5ha"),
        Optional.of(new ImageSize(width, height)),
        List.of(
            new LabeledBox(1, "high", 0.75f, half, whole),
            new LabeledBox(2, "low", 0.25f, half, half)));
  }

  private static LabelRow failed(String uri, ErrorCategory category, String message) {
    return new LabelRow.Failed(uri, Optional.empty(), Optional.empty(), category, message);
  }
}
