package dev.boxmill.job.manifest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Listed files in a temporary file: of each URI only what differs from the one before is written,
 * which is little in a sorted list.
 */
final class FileRecords {

  private static final int BUFFER_BYTES = 1 << 15;
  private static final ListedFile.Kind[] KINDS = ListedFile.Kind.values();

  /** Longer ends of a URI are cut in pieces: {@code writeUTF} takes 65535 bytes. */
  private static final int PIECE_CHARACTERS = 20_000;

  private FileRecords() {}

  static final class Writer implements Closeable {

    private final DataOutputStream stream;
    private String before = "";

    Writer(Path file) throws IOException {
      stream =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    void write(ListedFile file) throws IOException {
      int shared = shared(before, file.uri());
      stream.writeByte(file.kind().ordinal());
      stream.writeInt(shared);
      writeText(file.uri().substring(shared));
      stream.writeLong(file.length());
      stream.writeLong(file.rows());
      writeText(file.signedQuery());
      writeText(file.kept());
      before = file.uri();
    }

    private void writeText(String text) throws IOException {
      int pieces = text.length() / PIECE_CHARACTERS + 1;
      stream.writeShort(pieces);
      for (int piece = 0; piece < pieces; piece++) {
        int from = piece * PIECE_CHARACTERS;
        stream.writeUTF(text.substring(from, Math.min(text.length(), from + PIECE_CHARACTERS)));
      }
    }

    private static int shared(String before, String now) {
      int most = Math.min(before.length(), now.length());
      int shared = 0;
      while (shared < most && before.charAt(shared) == now.charAt(shared)) {
        shared++;
      }
      return shared;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /** Reads ahead by one; closes itself at the end. */
  static final class Reader implements Iterator<ListedFile>, Closeable {

    private final DataInputStream stream;
    private ListedFile next;

    Reader(Path file) throws IOException {
      stream =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
      next = read("");
    }

    /** The one that {@link #next} will give; null at the end. */
    ListedFile peek() {
      return next;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public ListedFile next() {
      if (next == null) {
        throw new NoSuchElementException("The list has ended");
      }
      ListedFile current = next;
      try {
        next = read(current.uri());
      } catch (IOException failure) {
        throw new UncheckedIOException(
            new IOException("Cannot read the list of inputs: " + failure.getMessage(), failure));
      }
      return current;
    }

    private ListedFile read(String before) throws IOException {
      int kind;
      try {
        kind = stream.readByte();
      } catch (EOFException end) {
        close();
        return null;
      }
      String uri = before.substring(0, stream.readInt()) + readText();
      return new ListedFile(
          KINDS[kind], uri, stream.readLong(), stream.readLong(), readText(), readText());
    }

    private String readText() throws IOException {
      int pieces = stream.readShort();
      StringBuilder text = new StringBuilder();
      for (int piece = 0; piece < pieces; piece++) {
        text.append(stream.readUTF());
      }
      return text.toString();
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
