package dev.boxmill.job.manifest;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Cuts a list into chunks, one at a time, in the list's order. A chunk is complete when it holds
 * enough images; an archive, whose images nobody has counted, counts by its length.
 */
public final class Chunks implements Iterator<Chunk> {

  /** An archive's bytes for one image, about: a photograph is rarely shorter. */
  private static final long ARCHIVE_BYTES_PER_IMAGE = 100_000;

  private final Iterator<ListedFile> files;
  private final String fingerprint;
  private final long imagesPerChunk;

  /**
   * @param fingerprint of all that decides a row's labels
   * @param imagesPerChunk at least 1
   */
  public Chunks(Iterable<ListedFile> files, String fingerprint, long imagesPerChunk) {
    this.files = files.iterator();
    this.fingerprint = fingerprint;
    this.imagesPerChunk = imagesPerChunk;
  }

  @Override
  public boolean hasNext() {
    return files.hasNext();
  }

  @Override
  public Chunk next() {
    if (!files.hasNext()) {
      throw new NoSuchElementException("Every file is in a chunk");
    }
    List<ListedFile> chunk = new ArrayList<>();
    for (long images = 0; images < imagesPerChunk && files.hasNext(); ) {
      ListedFile file = files.next();
      chunk.add(file);
      images += weight(file);
    }
    return Chunk.of(fingerprint, chunk);
  }

  private static long weight(ListedFile file) {
    return Math.max(1, file.images().orElse(Math.max(0, file.length()) / ARCHIVE_BYTES_PER_IMAGE));
  }
}
