package dev.boxmill.job.session;

import dev.boxmill.job.tiles.BoxJoin;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabelRow;
import dev.boxmill.schemas.LabeledBox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image whose tiles are on their way through the network, perhaps in several tasks' batches. One
 * tile that fails costs the image, and no other.
 */
final class TiledImage {
  private final String uri;
  private final String sha256;
  private final ImageSize size;
  private final BoxJoin join;
  private final int most;
  private final List<List<LabeledBox>> boxes = new ArrayList<>();
  private Optional<LabelRow> failure = Optional.empty();
  private int open;

  /**
   * An image whose tiles are all open.
   *
   * @param size of the whole picture
   * @param tiles how many there are
   * @param most boxes that its row keeps
   */
  TiledImage(String uri, String sha256, ImageSize size, int tiles, BoxJoin join, int most) {
    this.uri = uri;
    this.sha256 = sha256;
    this.size = size;
    this.join = join;
    this.most = most;
    this.open = tiles;
    for (int i = 0; i < tiles; i++) {
      boxes.add(List.of());
    }
  }

  ImageSize size() {
    return size;
  }

  /**
   * The image's row once all tiles have theirs.
   *
   * @param tile its index: boxes that are equally good keep the tiles' order, whichever comes first
   * @param row with boxes in pixels of the whole picture
   */
  synchronized Optional<LabelRow> settle(int tile, LabelRow row) {
    if (row instanceof LabelRow.Labeled labeled) {
      boxes.set(tile, labeled.boxes());
      return closed(1);
    }
    return lose(row, 1);
  }

  /** The image's row once all tiles have theirs, of which so many never will. */
  synchronized Optional<LabelRow> lose(LabelRow why, int tiles) {
    failure = failure.isPresent() ? failure : Optional.of(why);
    return closed(tiles);
  }

  private Optional<LabelRow> closed(int tiles) {
    open -= tiles;
    return open > 0 ? Optional.empty() : Optional.of(failure.orElseGet(this::joined));
  }

  private LabelRow joined() {
    List<LabeledBox> all = boxes.stream().flatMap(List::stream).toList();
    List<LabeledBox> joined = join.join(all);
    return new LabelRow.Labeled(
        uri,
        Optional.of(sha256),
        Optional.of(size),
        joined.subList(0, Math.min(most, joined.size())));
  }
}
