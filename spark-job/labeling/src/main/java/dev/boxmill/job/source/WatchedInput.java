package dev.boxmill.job.source;

import dev.boxmill.job.images.StoreStream;
import dev.boxmill.job.storage.LocalFiles;
import dev.boxmill.job.storage.Locations;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A Parquet file that remembers whether its store failed, as opposed to what it holds. */
final class WatchedInput implements InputFile {

  private final FileSystem files;
  private final Path path;
  private final List<StoreStream> streams = new ArrayList<>();
  private boolean unreachable;

  WatchedInput(String uri, Configuration hadoop) throws IOException {
    this.path = new Path(uri);
    this.files = Locations.filesystem(path, hadoop);
    LocalFiles.refuseUnreadable(files, path);
  }

  boolean storeFailed() {
    return unreachable || streams.stream().anyMatch(StoreStream::failed);
  }

  @Override
  public long getLength() throws IOException {
    return reached(() -> files.getFileStatus(path)).getLen();
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    FSDataInputStream stream = reached(() -> files.open(path));
    StoreStream watched = new StoreStream(stream);
    streams.add(watched);
    return new DelegatingSeekableInputStream(watched) {
      @Override
      public long getPos() throws IOException {
        return stream.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        stream.seek(position);
      }
    };
  }

  /** As Parquet's messages name it. */
  @Override
  public String toString() {
    return Locations.uri(path);
  }

  private interface Request<T> {
    T send() throws IOException;
  }

  /** A file that is not there, or may not be read, is no fault of the store. */
  private <T> T reached(Request<T> request) throws IOException {
    try {
      return request.send();
    } catch (FileNotFoundException | AccessDeniedException | AccessControlException refused) {
      throw refused;
    } catch (IOException | RuntimeException failure) {
      unreachable = true;
      throw failure;
    }
  }
}
