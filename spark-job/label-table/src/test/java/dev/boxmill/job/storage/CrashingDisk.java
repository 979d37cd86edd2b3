package dev.boxmill.job.storage;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local disk of a process that is killed at its n-th change: from there on nothing changes, as
 * its cleaning up does not happen either. A file that is made at that moment stays empty.
 */
public final class CrashingDisk extends RawLocalFileSystem {

  private static final AtomicLong LEFT = new AtomicLong(Long.MAX_VALUE);

  /** Makes it the disk of whoever uses these settings. */
  public static void serve(Configuration hadoop) {
    hadoop.set("fs.file.impl", CrashingDisk.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
  }

  public static void remove(Configuration hadoop) {
    hadoop.unset("fs.file.impl");
    hadoop.unset("fs.file.impl.disable.cache");
  }

  public static void crashAfter(long changes) {
    LEFT.set(changes);
  }

  /**
   * Moments to die at in a run that makes so many changes: its first ones, one on the way, and its
   * last ones, where it puts things into their places.
   */
  public static List<Long> moments(long changes) {
    return LongStream.range(0, changes)
        .filter(at -> at < 2 || at == changes / 2 || at >= changes - 5)
        .boxed()
        .toList();
  }

  /** How many changes were made since {@link #crashAfter} was asked for the most. */
  public static long changes() {
    return Long.MAX_VALUE - LEFT.get();
  }

  /** Whether the last run came to its end. */
  public static boolean survived() {
    return LEFT.get() >= 0;
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress)
      throws IOException {
    long left = LEFT.decrementAndGet();
    if (left < -1) {
      throw dead();
    }
    FSDataOutputStream stream =
        super.create(file, permission, overwrite, bufferBytes, replication, blockBytes, progress);
    if (left == -1) {
      stream.close();
      throw dead();
    }
    return stream;
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferBytes,
      short replication,
      long blockBytes,
      Progressable progress)
      throws IOException {
    return create(file, null, overwrite, bufferBytes, replication, blockBytes, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change();
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change();
    return super.delete(path, recursive);
  }

  @Override
  public boolean mkdirs(Path folder) throws IOException {
    if (LEFT.get() < 0) {
      throw dead();
    }
    return super.mkdirs(folder);
  }

  @Override
  public boolean mkdirs(Path folder, FsPermission permission) throws IOException {
    return mkdirs(folder);
  }

  private static void change() throws IOException {
    if (LEFT.decrementAndGet() < 0) {
      throw dead();
    }
  }

  private static IOException dead() {
    return new IOException("the process is dead");
  }
}
