package dev.boxmill.job.source;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.LocalFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local disk for patterns: Hadoop's own leaves out links that lead nowhere, without a word, and
 * ends at a folder that it may not read.
 */
final class LinkedFiles extends FilterFileSystem {

  LinkedFiles(RawLocalFileSystem files) {
    super(files);
  }

  @Override
  public FileStatus[] listStatus(Path folder) throws IOException {
    java.nio.file.Path local = LocalFiles.of(fs, folder).orElseThrow();
    if (!Files.isDirectory(local)) {
      return super.listStatus(folder);
    }
    List<FileStatus> entries = new ArrayList<>();
    try (DirectoryStream<java.nio.file.Path> stream = Files.newDirectoryStream(local)) {
      for (java.nio.file.Path entry : stream) {
        entries.add(status(new Path(folder, new Path(null, null, LocalFiles.name(entry))), entry));
      }
    } catch (DirectoryIteratorException failure) {
      throw failure.getCause();
    } catch (AccessDeniedException denied) {
      return new FileStatus[0];
    }
    return entries.toArray(FileStatus[]::new);
  }

  private FileStatus status(Path path, java.nio.file.Path entry) throws IOException {
    return Files.exists(entry) && !LocalFiles.needsBytes(path)
        ? fs.getFileStatus(path)
        : new FileStatus(ListedFile.UNKNOWN_LENGTH, Files.isDirectory(entry), 1, 0, 0, path);
  }
}
