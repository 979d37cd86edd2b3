package dev.boxmill.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps readers away from directories, and from pipes, which could block them for ever. */
final class RegularFile {

  private RegularFile() {}

  /** Links are followed: the cache of downloads consists of them. */
  static void check(Path file) {
    if (!Files.exists(file)) {
      String reason = Files.isSymbolicLink(file) ? "it is a link to nothing" : "no such file";
      throw new CheckpointException(
          "Cannot read "
              + file
              + ": "
              + reason
              + " (the checkpoint is incomplete: copy all of it)");
    }
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          "Cannot read " + file + ": it is no regular file (put a checkpoint's file there)");
    }
  }
}
