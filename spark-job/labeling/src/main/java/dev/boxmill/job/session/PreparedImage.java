package dev.boxmill.job.session;

import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * An image on its way to the detector: {@link Resized}, or {@link Lost} with the row that says why.
 */
sealed interface PreparedImage {

  /**
   * Decoded and resized.
   *
   * @param picture as the network takes it; whoever takes this closes it
   */
  record Resized(String uri, String sha256, ResizedPicture picture) implements PreparedImage {}

  /** Not to be had. */
  record Lost(LabelRow.Failed row) implements PreparedImage {}

  /** Reads, hashes, decodes and resizes; never throws but for faults of the JVM itself. */
  static PreparedImage of(ImageInput input, ResidentDetector resident, StageTimes times) {
    Optional<String> sha256 = Optional.empty();
    try {
      byte[] file = times.time(Stage.READ, () -> input.content().read());
      String hash = DigestUtils.sha256Hex(file);
      input.requireUnchanged(hash);
      sha256 = Optional.of(hash);
      return new Resized(input.uri(), sha256.get(), resized(file, resident, times));
    } catch (UnreadableImageException e) {
      return lost(input, sha256, e.category(), e);
    } catch (ImageInputException e) {
      return lost(input, sha256, e.category(), e);
    } catch (IOException e) {
      return lost(input, sha256, ErrorCategory.STORAGE, e);
    } catch (OutOfMemoryError e) {
      return lost(input, sha256, ErrorCategory.RESOURCES, e);
    } catch (RuntimeException e) {
      return lost(input, sha256, ErrorCategory.INTERNAL, e);
    }
  }

  private static ResizedPicture resized(byte[] file, ResidentDetector resident, StageTimes times)
      throws UnreadableImageException {
    return resident.decode(
        file,
        times,
        picture -> times.time(Stage.RESIZE, () -> resident.detector().resize(picture)));
  }

  private static Lost lost(
      ImageInput input, Optional<String> sha256, ErrorCategory category, Throwable why) {
    return new Lost(
        new LabelRow.Failed(
            input.uri(), sha256, Optional.empty(), category, DeviceFaults.message(why)));
  }
}
