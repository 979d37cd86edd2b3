package dev.boxmill.job.images;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A store's stream that remembers whether the store failed, as opposed to what it holds. */
public final class StoreStream extends FilterInputStream {

  private volatile boolean failed;

  public StoreStream(InputStream stream) {
    super(stream);
  }

  public boolean failed() {
    return failed;
  }

  @Override
  public int read() throws IOException {
    return watched(in::read);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return watched(() -> in.read(bytes, offset, length));
  }

  @Override
  public long skip(long count) throws IOException {
    return watched(() -> in.skip(count));
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T watched(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (IOException | RuntimeException failure) {
      failed = true;
      throw failure;
    }
  }
}
