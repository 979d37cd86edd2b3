package dev.boxmill.job.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.schemas.ErrorCategory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFileContent {

  private static final byte[] PICTURE = {1, 2, 3, 4, 5};

  @TempDir Path folder;

  private final Configuration hadoop = new Configuration();

  @BeforeEach
  void breakTheStore() {
    hadoop.set("fs.file.impl", FaultyStore.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    FaultyStore.OPENED.set(0);
    FaultyStore.fault = () -> new IOException("503 Slow Down");
  }

  @Test
  void aStoreThatFaltersIsAskedAgain() throws IOException {
    FaultyStore.faults = 3;

    assertThat(content(PICTURE.length).read()).isEqualTo(PICTURE);
    assertThat(FaultyStore.OPENED).hasValue(4);
  }

  @Test
  void aStoreThatStaysDownIsNoBrokenImage() throws IOException {
    FaultyStore.faults = 1000;
    FileContent content = content(PICTURE.length);

    assertThatThrownBy(content::read)
        .isInstanceOfSatisfying(
            ImageInputException.class,
            failure -> assertThat(failure.category()).isEqualTo(ErrorCategory.STORAGE))
        .hasMessage("Cannot read " + uri() + ": 503 Slow Down");
    assertThat(FaultyStore.OPENED).hasValue(6);
  }

  @Test
  void lessThanTheFileIsLongIsNoBrokenImage() throws IOException {
    FaultyStore.faults = 0;
    FileContent content = content(PICTURE.length + 1);

    assertThatThrownBy(content::read)
        .isInstanceOfSatisfying(
            ImageInputException.class,
            failure -> assertThat(failure.category()).isEqualTo(ErrorCategory.STORAGE))
        .hasMessage("Cannot read " + uri() + ": it ends after 5 of 6 bytes");
  }

  @Test
  void aFileThatIsNotThereIsAskedForOnce() throws IOException {
    FaultyStore.faults = 1000;
    FaultyStore.fault = () -> new FileNotFoundException("no such file");
    FileContent content = content(PICTURE.length);

    assertThatThrownBy(content::read).hasMessage("Cannot read " + uri() + ": it does not exist");
    assertThat(FaultyStore.OPENED).hasValue(1);
  }

  @Test
  void pipesAreRefusedAndNotWaitedFor() throws Exception {
    FaultyStore.faults = 0;
    run("mkfifo", folder.resolve("pipe.jpg").toString());
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertRefused("pipe.jpg", "it is a pipe, a socket or a device"));
  }

  @Test
  void foldersAndLinksThatLeadNowhereSaySo() throws IOException {
    FaultyStore.faults = 0;
    Files.createSymbolicLink(folder.resolve("gone.jpg"), Path.of("nowhere"));
    Files.createSymbolicLink(folder.resolve("round.jpg"), Path.of("round.jpg"));
    Files.createDirectory(folder.resolve("folder.jpg"));

    assertRefused("gone.jpg", "it is a link to nothing");
    assertRefused("round.jpg", "it is a link that leads back to itself");
    assertRefused("folder.jpg", "it is a folder");
  }

  private void assertRefused(String name, String reason) {
    String uri = "file://" + folder.resolve(name);
    ListedFile file = ListedFile.image(uri, ListedFile.UNKNOWN_LENGTH);
    assertThatThrownBy(new FileContent(file, hadoop)::read)
        .isInstanceOfSatisfying(
            ImageInputException.class,
            failure -> assertThat(failure.category()).isEqualTo(ErrorCategory.STORAGE))
        .hasMessage("Cannot read " + uri + ": " + reason);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private FileContent content(long length) throws IOException {
    Files.write(folder.resolve("a.jpg"), PICTURE);
    return new FileContent(ListedFile.image(uri(), length), hadoop);
  }

  private String uri() {
    return "file://" + folder.resolve("a.jpg");
  }

  /** The local disk, which does not open a file the first times. */
  public static final class FaultyStore extends RawLocalFileSystem {

    private static final AtomicInteger OPENED = new AtomicInteger();
    private static int faults;
    private static Supplier<IOException> fault;

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
      if (OPENED.incrementAndGet() <= faults) {
        throw fault.get();
      }
      return super.open(path, buffer);
    }
  }
}
