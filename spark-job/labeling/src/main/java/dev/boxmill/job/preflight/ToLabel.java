package dev.boxmill.job.preflight;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.ListedFile.Kind;
import dev.boxmill.job.manifest.SortedFiles;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run would label.
 *
 * @param before files that are labelled already
 * @param images without those in archives, which nobody has counted
 * @param archiveBytes length of all archives
 * @param sample some of the files, spread evenly over all
 */
record ToLabel(long before, long images, long archiveBytes, List<ListedFile> sample) {

  ToLabel {
    sample = List.copyOf(sample);
  }

  /**
   * Looks through a list.
   *
   * @param given files with those that are labelled already
   * @param wanted most files to pick
   */
  static ToLabel of(SortedFiles files, long given, int wanted) {
    double step = Math.max(1, (double) files.count() / wanted);
    List<ListedFile> sample = new ArrayList<>();
    long images = 0;
    long archiveBytes = 0;
    long index = 0;
    for (ListedFile file : files) {
      if (file.kind() == Kind.ARCHIVE) {
        archiveBytes += Math.max(0, file.length());
      } else {
        images += file.rows();
      }
      if (sample.size() < wanted && index++ >= sample.size() * step) {
        sample.add(file);
      }
    }
    return new ToLabel(given - files.count(), images, archiveBytes, sample);
  }

  /** That many images, of no files. */
  static ToLabel images(long images) {
    return new ToLabel(0, images, 0, List.of());
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
