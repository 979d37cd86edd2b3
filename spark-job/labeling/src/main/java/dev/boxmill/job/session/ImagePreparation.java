package dev.boxmill.job.session;

import dev.boxmill.detr.preprocess.PaddingException;
import dev.boxmill.image.Picture;
import dev.boxmill.image.Region;
import dev.boxmill.image.RegionReading;
import dev.boxmill.image.UnreadableImageException;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.job.session.PreparedImage.Lost;
import dev.boxmill.job.session.PreparedImage.Resized;
import dev.boxmill.job.session.PreparedImage.Tile;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.job.tiles.TooManyTilesException;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.torchscript.TorchScriptException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.DigestUtils;

/** Makes pictures of one input, on a reader's thread. */
final class ImagePreparation {
  private final ImageInput input;
  private final ResidentDetector resident;
  private final StageTimes times;
  private final Consumer<PreparedImage> out;
  private Optional<String> sha256 = Optional.empty();
  private Optional<TiledImage> tiled = Optional.empty();
  private int tilesToGo;

  ImagePreparation(
      ImageInput input, ResidentDetector resident, StageTimes times, Consumer<PreparedImage> out) {
    this.input = input;
    this.resident = resident;
    this.times = times;
    this.out = out;
  }

  void run() {
    try {
      byte[] file = times.time(Stage.READ, () -> input.content().read());
      String hash = DigestUtils.sha256Hex(file);
      input.requireUnchanged(hash);
      sha256 = Optional.of(hash);
      if (resident.tiling().isOn()) {
        cut(file);
      } else {
        out.accept(new Resized(input.uri(), hash, resident.resize(file, times)));
      }
    } catch (UnreadableImageException e) {
      lose(e.category(), e);
    } catch (PaddingException | TooManyTilesException e) {
      lose(ErrorCategory.REFUSED, e);
    } catch (ImageInputException e) {
      lose(e.category(), e);
    } catch (IOException e) {
      lose(ErrorCategory.STORAGE, e);
    } catch (TorchScriptException e) {
      DeviceFaults.throwIfLost(e);
      lose(DeviceFaults.category(e), e);
    } catch (OutOfMemoryError | RuntimeException e) {
      lose(DeviceFaults.category(e), e);
    }
  }

  private Resized whole(Picture picture) {
    return new Resized(
        input.uri(),
        sha256.orElseThrow(),
        times.time(Stage.RESIZE, () -> resident.detector().resize(picture)));
  }

  private void cut(byte[] file) throws UnreadableImageException, TooManyTilesException {
    Tiling tiling = resident.tiling();
    RegionReading reading = resident.regions(file);
    List<Region> regions = tiling.regions(reading.size());
    if (regions.size() == 1) {
      resident.decode(reading, regions, times, (region, picture) -> out.accept(whole(picture)));
      return;
    }
    TiledImage image = tiled(reading.size(), regions.size());
    tiled = Optional.of(image);
    tilesToGo = regions.size();
    Map<Region, Integer> numbers = new HashMap<>();
    regions.forEach(region -> numbers.put(region, numbers.size()));
    resident.decode(
        reading,
        regions,
        times,
        (region, picture) -> give(new Tile(image, numbers.get(region), region), picture));
  }

  private TiledImage tiled(ImageSize size, int tiles) {
    return new TiledImage(
        input.uri(),
        sha256.orElseThrow(),
        size,
        tiles,
        resident.tiling().join(),
        resident.mostBoxes());
  }

  private void give(Tile tile, Picture picture) {
    Resized resized =
        new Resized(
            input.uri(),
            sha256.orElseThrow(),
            times.time(Stage.RESIZE, () -> resident.detector().resize(picture)),
            Optional.of(tile));
    tilesToGo--;
    out.accept(resized);
  }

  private void lose(ErrorCategory category, Throwable why) {
    LabelRow row =
        new LabelRow.Failed(
            input.uri(), sha256, Optional.empty(), category, DeviceFaults.message(why));
    out.accept(new Lost(tiled.isEmpty() ? Optional.of(row) : tiled.get().lose(row, tilesToGo)));
  }
}
