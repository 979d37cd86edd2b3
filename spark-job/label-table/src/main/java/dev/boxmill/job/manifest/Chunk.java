package dev.boxmill.job.manifest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Files that are labeled and committed together.
 *
 * @param name hash of the files and of all that decides their labels, 32 hexadecimal digits
 * @param files at least one, in the order of their URIs
 */
public record Chunk(String name, List<ListedFile> files) {

  private static final int NAME_BYTES = 16;

  public Chunk {
    files = List.copyOf(files);
  }

  static Chunk of(String fingerprint, List<ListedFile> files) {
    MessageDigest hash = DigestUtils.getSha256Digest();
    hash.update(fingerprint.getBytes(StandardCharsets.UTF_8));
    for (ListedFile file : files) {
      hash.update(FileLines.line(file).getBytes(StandardCharsets.UTF_8));
    }
    return new Chunk(HexFormat.of().formatHex(hash.digest(), 0, NAME_BYTES), files);
  }

  /**
   * The same files, labeled by what another chunk of them holds.
   *
   * @param fingerprint of all that decides a row's labels now
   */
  public Chunk again(String fingerprint) {
    return new Chunk(nameAgain(name, fingerprint), files);
  }

  /** The name of {@link #again}, of a chunk that has that name now. */
  public static String nameAgain(String name, String fingerprint) {
    return HexFormat.of().formatHex(DigestUtils.sha256(fingerprint + name), 0, NAME_BYTES);
  }

  /** Images in it; empty if only reading it all can tell. */
  public OptionalLong images() {
    long images = 0;
    for (ListedFile file : files) {
      if (file.images().isEmpty()) {
        return OptionalLong.empty();
      }
      images += file.rows();
    }
    return OptionalLong.of(images);
  }
}
