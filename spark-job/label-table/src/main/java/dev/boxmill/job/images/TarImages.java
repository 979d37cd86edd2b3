package dev.boxmill.job.images;

import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.LocalFiles;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.NotReadableException;
import dev.boxmill.schemas.ErrorCategory;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * The images of one tar archive, streamed in the archive's order: an image's bytes are in memory
 * from when it is given until its consumer drops it. Entries that are not images are skipped. A
 * damaged archive gives, after its last whole entry, one input under the archive's own name that
 * can't be read. A store that fails on the way is no damage: it is thrown, so that Spark tries the
 * task again and no later entry is lost.
 *
 * <p>A link to an image of the same archive is that image, and is not given again. A link to an
 * entry with another name than an image's is given last, for which the archive is read again; a
 * link to what the archive does not hold is an input that can't be read.
 */
public final class TarImages implements Iterator<ImageInput>, Closeable {

  /** Between an archive and its entry in an image's address. */
  public static final String ENTRY = "!/";

  /** The same beside a folder whose files have such addresses themselves; none of theirs has it. */
  static final String ENTRY_BESIDE_FOLDER = "!//";

  private static final int BUFFER_BYTES = 1 << 20;

  private final String archive;
  private final Configuration hadoop;
  private final String prefix;
  private final Predicate<String> wanted;
  private final Set<String> given = new HashSet<>();
  private final TarLinks links = new TarLinks();
  private final Map<Omission, Long> omitted = new EnumMap<>(Omission.class);

  /** Links that are left to give, by the entry that they lead to; null in the first reading. */
  private Map<String, List<String>> linked;

  private StoreStream store;
  private TarEntries entries;
  private String lastGiven;
  private ImageInput next;
  private boolean readingEnded;
  private boolean reopening;
  private boolean ended;

  private TarImages(String archive, Configuration hadoop, Predicate<String> wanted)
      throws IOException {
    this.archive = archive;
    this.hadoop = hadoop;
    this.prefix = prefix(archive, hadoop);
    this.wanted = wanted;
    open();
  }

  private void open() throws IOException {
    Path path = new Path(archive);
    FileSystem files = Locations.filesystem(path, hadoop);
    LocalFiles.refuseUnreadable(files, path);
    InputStream stream = files.open(path, BUFFER_BYTES);
    try {
      store = new StoreStream(stream);
      entries = new TarEntries(ArchiveFormat.content(new BufferedInputStream(store, BUFFER_BYTES)));
    } catch (IOException failure) {
      stream.close();
      throw store.failed() || failure instanceof NoTarException
          ? failure
          : new NoTarException(FailureReason.of(failure), failure);
    } catch (RuntimeException | OutOfMemoryError failure) {
      stream.close();
      throw failure;
    }
  }

  /**
   * An archive that is not there, may not be read or is none gives one input that can't be read.
   *
   * @param atEnd takes what closes the archive when its task ends, also when it is killed
   * @throws IOException if the store fails
   */
  public static Iterator<ImageInput> open(
      String archive, Configuration hadoop, Consumer<Runnable> atEnd) throws IOException {
    return open(archive, hadoop, atEnd, omitted -> {});
  }

  /**
   * The same.
   *
   * @param omissions takes, after the last image, how many entries have no row and why
   */
  public static Iterator<ImageInput> open(
      String archive,
      Configuration hadoop,
      Consumer<Runnable> atEnd,
      Consumer<Map<Omission, Long>> omissions)
      throws IOException {
    try {
      TarImages images = of(archive, hadoop, TarImages::isImage);
      atEnd.accept(images::closeQuietly);
      return images.reporting(omissions);
    } catch (FileNotFoundException
        | NoSuchFileException
        | NotReadableException
        | NoTarException
        | AccessDeniedException
        | AccessControlException
        | OutOfMemoryError failure) {
      return Set.of(broken(archive, FailureReason.of(failure), failure)).iterator();
    }
  }

  private Iterator<ImageInput> reporting(Consumer<Map<Omission, Long>> omissions) {
    return new Iterator<>() {
      private boolean reported;

      @Override
      public boolean hasNext() {
        boolean more = TarImages.this.hasNext();
        if (!more && !reported) {
          reported = true;
          omissions.accept(omitted);
        }
        return more;
      }

      @Override
      public ImageInput next() {
        return TarImages.this.next();
      }
    };
  }

  /** Whether the archive holds an image; reads no further than its first one. */
  public static boolean holdsImage(String archive, Configuration hadoop) throws IOException {
    try (TarImages images = of(archive, hadoop, TarImages::isImage)) {
      return images.nextImageEntry() != null || !images.links.isEmpty();
    }
  }

  /** What the addresses of a container's images begin with, up to their names in it. */
  public static String prefix(String container, Configuration hadoop) throws IOException {
    Path folder = new Path(container + "!");
    boolean isThere = Locations.filesystem(folder, hadoop).exists(folder);
    return container + (isThere ? ENTRY_BESIDE_FOLDER : ENTRY);
  }

  /**
   * Some of an archive's entries.
   *
   * @param wanted by an entry's name, whether it is given
   * @throws IOException if the archive can't be opened
   */
  static TarImages of(String archive, Configuration hadoop, Predicate<String> wanted)
      throws IOException {
    return new TarImages(archive, hadoop, wanted);
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      next = advance();
    }
    return next != null;
  }

  @Override
  public ImageInput next() {
    if (!hasNext()) {
      throw new NoSuchElementException("No image is left in " + archive);
    }
    ImageInput current = next;
    next = null;
    return current;
  }

  @Override
  public void close() throws IOException {
    ended = true;
    entries.close();
  }

  /** For a stream that is of no more use, whatever it says. */
  private void closeQuietly() {
    try {
      close();
    } catch (IOException | RuntimeException useless) {
      ended = true;
    }
  }

  private ImageInput advance() {
    try {
      Optional<ImageInput> image = nextOfReading();
      if (image.isEmpty() && linked == null) {
        beginLinks();
        image = nextOfReading();
      }
      if (image.isEmpty()) {
        image = nextDangling();
      }
      if (image.isEmpty()) {
        close();
      }
      return image.orElse(null);
    } catch (IOException | RuntimeException | OutOfMemoryError failure) {
      closeQuietly();
      if (store.failed() || reopening) {
        throw new UncheckedIOException(
            new IOException(
                "Cannot read archive " + archive + ": " + FailureReason.of(failure), failure));
      }
      String after = lastGiven == null ? "" : " after its entry " + lastGiven;
      return broken(archive, "it breaks off" + after + ", " + FailureReason.of(failure), failure);
    }
  }

  private Optional<ImageInput> nextOfReading() throws IOException {
    if (readingEnded) {
      return Optional.empty();
    }
    TarArchiveEntry entry = linked == null ? nextImageEntry() : nextLinkedEntry();
    if (entry == null) {
      readingEnded = true;
      entries.close();
      return Optional.empty();
    }
    String name = linked == null ? entry.getName() : linkTo(entry);
    return Optional.of(image(prefix + name, entry));
  }

  /** Of several links to one entry, the first is the image. */
  private String linkTo(TarArchiveEntry entry) {
    List<String> names = linked.remove(normalName(entry));
    count(Omission.LINK, names.size() - 1);
    return names.get(0);
  }

  /** The archive was read; it is read again if links lead to what was not given. */
  private void beginLinks() throws IOException {
    linked = links.open(given);
    count(Omission.LINK, links.size() - linked.values().stream().mapToInt(List::size).sum());
    if (!linked.isEmpty()) {
      reopening = true;
      open();
      reopening = false;
      readingEnded = false;
    }
  }

  private Optional<ImageInput> nextDangling() {
    Optional<String> target = linked.keySet().stream().findFirst();
    if (target.isEmpty()) {
      return Optional.empty();
    }
    List<String> names = linked.get(target.get());
    String name = names.remove(0);
    if (names.isEmpty()) {
      linked.remove(target.get());
    }
    return Optional.of(
        unreadable(
            prefix + name,
            "it is a link to " + target.get() + ", which the archive does not hold"));
  }

  private TarArchiveEntry nextLinkedEntry() throws IOException {
    TarArchiveEntry entry = linked.isEmpty() ? null : entries.next();
    while (entry != null && !(isContent(entry) && linked.containsKey(normalName(entry)))) {
      entry = entries.next();
    }
    return entry;
  }

  private static String normalName(TarArchiveEntry entry) {
    return TarLinks.normal(entry.getName());
  }

  private TarArchiveEntry nextImageEntry() throws IOException {
    TarArchiveEntry entry = entries.next();
    while (entry != null && !isNewImage(entry)) {
      entry = entries.next();
    }
    return entry;
  }

  private boolean isNewImage(TarArchiveEntry entry) {
    String name = entry.getName();
    if (entry.isDirectory() || !wanted.test(name)) {
      count(Omission.JUNK, !entry.isDirectory() && isJunk(name) ? 1 : 0);
      return false;
    }
    boolean isLink = entry.isSymbolicLink() || entry.isLink();
    if (isLink && !given.contains(name)) {
      links.add(entry);
      return false;
    }
    boolean isNew = given.add(name);
    count(Omission.REPEATED, isNew ? 0 : 1);
    return isNew;
  }

  private void count(Omission omission, long more) {
    if (more > 0) {
      omitted.merge(omission, more, Long::sum);
    }
  }

  private static boolean isImage(String name) {
    return ImageNames.isImage(name) && !ImageNames.isJunk(name);
  }

  private static boolean isJunk(String name) {
    return ImageNames.isJunk(name);
  }

  private static boolean isContent(TarArchiveEntry entry) {
    return !(entry.isDirectory()
        || entry.isSymbolicLink()
        || entry.isLink()
        || entry.isFIFO()
        || entry.isCharacterDevice()
        || entry.isBlockDevice());
  }

  /** Bytes of the archive, unzipped, that were read so far. */
  long bytesRead() {
    return entries.bytesRead();
  }

  private ImageInput image(String uri, TarArchiveEntry entry) throws IOException {
    long length = TarEntries.length(entry);
    if (!isContent(entry)) {
      return unreadable(uri, "it is a pipe or a device");
    }
    if (length > FileContent.MAX_BYTES) {
      return refused(uri, FileContent.tooLong(uri, length));
    }
    try {
      byte[] bytes = WholeContent.read(entries.entry(), (int) length);
      if (bytes.length < length) {
        throw new EOFException("the archive ends inside its entry " + entry.getName());
      }
      lastGiven = entry.getName();
      return new ImageInput(uri, () -> bytes);
    } catch (NoRoomException | OutOfMemoryError full) {
      return refused(uri, FileContent.tooLarge(uri, full)); // the next entry may fit
    }
  }

  private static ImageInput unreadable(String uri, String reason) {
    return refused(
        uri,
        new ImageInputException(ErrorCategory.STORAGE, "Cannot read " + uri + ": " + reason, null));
  }

  private static ImageInput refused(String uri, ImageInputException refusal) {
    return new ImageInput(
        uri,
        () -> {
          throw refusal;
        });
  }

  private static ImageInput broken(String archive, String reason, Throwable failure) {
    ErrorCategory category =
        failure instanceof OutOfMemoryError ? ErrorCategory.RESOURCES : ErrorCategory.STORAGE;
    return refused(
        archive,
        new ImageInputException(
            category, "Cannot read archive " + archive + ": " + reason, failure));
  }
}
