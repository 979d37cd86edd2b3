package dev.boxmill.torchscript;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The smallest archive that {@code torch.jit.load} accepts: a zip of four stored entries
 * (caffe2/serialize). Its object is a {@code Network} with the flag {@code training} and an empty
 * {@code Dict[str, Tensor]} named {@code w}.
 */
final class TorchScriptArchive {
  // Opcodes of pickle protocol 2, named as in Python's pickletools.
  private static final byte[] PROTO_2 = {(byte) 0x80, 2};
  private static final char EMPTY_TUPLE = ')';
  private static final char NEWOBJ = 0x81;
  private static final char EMPTY_DICT = '}';
  private static final char MARK = '(';
  private static final char NEWFALSE = 0x89;
  private static final char TUPLE = 't';
  private static final char REDUCE = 'R';
  private static final char SETITEMS = 'u';
  private static final char BUILD = 'b';
  private static final char STOP = '.';
  private static final String FORMAT_VERSION = "3\n";

  private TorchScriptArchive() {}

  static byte[] of(String code) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "network/data.pkl", module());
      put(zip, "network/code/__torch__.py", code.getBytes(UTF_8));
      put(zip, "network/constants.pkl", emptyTuple());
      put(zip, "network/version", FORMAT_VERSION.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot pack a program in memory", e);
    }
    return bytes.toByteArray();
  }

  private static byte[] module() {
    Pickle pickle = new Pickle().global("__torch__", "Network").op(EMPTY_TUPLE).op(NEWOBJ);
    pickle.op(EMPTY_DICT).op(MARK);
    pickle.text("training").op(NEWFALSE);
    pickle.text("w").global("torch.jit._pickle", "restore_type_tag");
    pickle.op(MARK).op(EMPTY_DICT).text("Dict[str, Tensor]").op(TUPLE).op(REDUCE);
    return pickle.op(SETITEMS).op(BUILD).op(STOP).bytes();
  }

  private static byte[] emptyTuple() {
    return new Pickle().op(EMPTY_TUPLE).op(STOP).bytes();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      out.writeBytes(PROTO_2);
    }

    Pickle op(char opcode) {
      out.write(opcode);
      return this;
    }

    Pickle global(String module, String name) {
      out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(UTF_8));
      return this;
    }

    Pickle text(String value) {
      byte[] utf8 = value.getBytes(UTF_8);
      out.write('X');
      out.writeBytes(new byte[] {(byte) utf8.length, 0, 0, 0});
      out.writeBytes(utf8);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
