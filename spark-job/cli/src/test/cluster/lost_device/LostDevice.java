import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.refiners.spi.RefinerPlugin;
import dev.boxmill.schemas.Detection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A refiner whose first call of all fails as on a lost device: gpu.py compiles and runs it. */
public final class LostDevice implements RefinerPlugin, RefinerFactory {

  @Override
  public List<RefinerFactory> factories() {
    return List.of(this);
  }

  @Override
  public String name() {
    return "lost-device";
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(RefinerOption.text("mark", "", "a file that the first call makes"));
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    Path mark = Path.of(options.text("mark"));
    return new BoxRefiner() {
      @Override
      public List<List<Detection>> refine(ImageBatch batch) {
        try {
          Files.createFile(mark);
        } catch (FileAlreadyExistsException later) {
          return batch.detections();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("CUDA error: an illegal memory access was encountered");
      }

      @Override
      public void close() {}
    };
  }
}
