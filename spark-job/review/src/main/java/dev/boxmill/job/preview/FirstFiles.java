package dev.boxmill.job.preview;

import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/**
 * Part of a large table: its first files in the order of their names, which are hashes, so that it
 * is a sample of the chunks.
 *
 * @param paths of the files
 * @param files how many files the table has
 */
record FirstFiles(List<Path> paths, int files) {

  /**
   * As many files as hold so many rows.
   *
   * @throws IOException if the folder or a file can't be read
   */
  static FirstFiles of(Path folder, long rows, Configuration hadoop) throws IOException {
    List<Path> all = parquetFiles(folder, hadoop);
    List<Path> first = new ArrayList<>();
    long held = 0;
    for (Path file : all) {
      if (held >= rows) {
        break;
      }
      first.add(file);
      held += rowsOf(file, hadoop);
    }
    return new FirstFiles(first, all.size());
  }

  boolean isWholeTable() {
    return paths.size() == files;
  }

  private static List<Path> parquetFiles(Path folder, Configuration hadoop) throws IOException {
    FileSystem store = Locations.filesystem(folder, hadoop);
    RemoteIterator<org.apache.hadoop.fs.FileStatus> listing = store.listStatusIterator(folder);
    List<Path> files = new ArrayList<>();
    while (listing.hasNext()) {
      Path file = listing.next().getPath();
      if (file.getName().endsWith(".parquet") && !file.getName().startsWith(".")) {
        files.add(file);
      }
    }
    files.sort(Comparator.comparing(Path::getName));
    return files;
  }

  private static long rowsOf(Path file, Configuration hadoop) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, hadoop))) {
      return reader.getRecordCount();
    }
  }
}
