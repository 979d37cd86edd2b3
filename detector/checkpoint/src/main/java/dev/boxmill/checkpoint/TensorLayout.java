package dev.boxmill.checkpoint;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The rule that the tensors of a safetensors file cover its data from the first byte to the last,
 * each byte once. A header that breaks it lies about at least one tensor.
 */
final class TensorLayout {

  private static final Comparator<TensorEntry> BY_POSITION =
      Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end);

  private TensorLayout() {}

  static void check(Path file, List<TensorEntry> entries, long dataBytes) {
    String before = "the header";
    long next = 0;
    for (TensorEntry entry : entries.stream().sorted(BY_POSITION).toList()) {
      checkInside(file, entry, dataBytes);
      if (entry.begin() < next) {
        throw damaged(
            file, entry, "it begins at data byte " + entry.begin() + ", inside " + before);
      }
      if (entry.begin() > next) {
        throw damaged(
            file,
            entry,
            (entry.begin() - next) + " bytes between " + before + " and it belong to no tensor");
      }
      before = MessageText.name(entry.name());
      next = entry.end();
    }
    if (next != dataBytes) {
      throw new CheckpointException(
          "Cannot read "
              + file
              + ": "
              + (dataBytes - next)
              + " bytes after "
              + before
              + " belong to no tensor ("
              + SafetensorsHeader.REMEDY
              + ")");
    }
  }

  private static void checkInside(Path file, TensorEntry entry, long dataBytes) {
    if (entry.end() > dataBytes) {
      throw SafetensorsHeader.refusal(
          file,
          entry.name(),
          "it ends at data byte " + entry.end() + ", the file's data at " + dataBytes,
          "the file is cut off or damaged: download or save it again");
    }
  }

  private static CheckpointException damaged(Path file, TensorEntry entry, String reason) {
    return SafetensorsHeader.refusal(file, entry.name(), reason, SafetensorsHeader.REMEDY);
  }
}
