package dev.boxmill.job.preflight;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.ListedFile.Kind;
import dev.boxmill.job.manifest.SortedFiles;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run would label.
 *
 * @param before files that are labeled already
 * @param images without those in archives, which nobody has counted
 * @param archiveBytes length of all archives
 * @param sample some of the files, spread evenly over all
 */
record PendingInputs(long before, long images, long archiveBytes, List<ListedFile> sample) {

  PendingInputs {
    sample = List.copyOf(sample);
  }

  /**
   * Looks through a list.
   *
   * @param given files with those that are labeled already
   * @param wanted most files to pick
   */
  static PendingInputs of(SortedFiles files, long given, int wanted) {
    double step = Math.max(1, (double) files.count() / wanted);
    List<ListedFile> sample = new ArrayList<>();
    long images = 0;
    long archiveBytes = 0;
    long index = 0;
    for (ListedFile file : files) {
      if (file.kind() == Kind.ARCHIVE) {
        archiveBytes += Math.max(0, file.length());
      } else {
        images += file.images().orElse(1);
      }
      if (sample.size() < wanted && index++ >= sample.size() * step) {
        sample.add(file);
      }
    }
    return new PendingInputs(given - files.count(), images, archiveBytes, sample);
  }

  /** That many images, of no files. */
  static PendingInputs images(long images) {
    return new PendingInputs(0, images, 0, List.of());
  }

  boolean isNothing() {
    return images == 0 && archiveBytes == 0;
  }

  /** As much of the sample as so many tasks look at: archives and tables are one task each. */
  List<ListedFile> sampleFor(int tasks) {
    List<ListedFile> chosen = new ArrayList<>();
    int containers = 0;
    for (ListedFile file : sample) {
      if (file.kind() == Kind.IMAGE || containers++ < tasks) {
        chosen.add(file);
      }
    }
    return chosen;
  }

  /** Whether {@link #total} is a guess. */
  boolean guessed() {
    return archiveBytes > 0;
  }

  /**
   * All images.
   *
   * @param bytesPerImage of those in the sample
   */
  long total(double bytesPerImage) {
    return images + (bytesPerImage <= 0 ? 0 : Math.round(archiveBytes / bytesPerImage));
  }
}
