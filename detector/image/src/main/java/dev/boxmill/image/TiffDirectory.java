package dev.boxmill.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The first directory of a TIFF file, a BigTIFF file or an EXIF block (TIFF 6.0, section 2). Fields
 * that lie outside of the file throw {@link IndexOutOfBoundsException} when they are asked for.
 */
final class TiffDirectory {
  private static final int BIG = 43;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int RATIONAL = 5;
  private static final int SIGNED_BYTE = 6;
  private static final int UNDEFINED = 7;
  private static final int SIGNED_SHORT = 8;
  private static final int SIGNED_LONG = 9;
  private static final int FLOAT = 11;
  private static final int DOUBLE = 12;
  private static final int OFFSET = 13;

  /** By the types' numbers. */
  private static final int[] BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

  private final ByteBuffer file;
  private final boolean big;
  private final Map<Integer, Field> fields = new HashMap<>();
  private boolean isCut;

  /**
   * A field.
   *
   * @param at where its values lie
   */
  private record Field(int type, int count, int at) {}

  private TiffDirectory(ByteBuffer file) {
    boolean little = file.get(0) == 'I';
    this.file = file.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    this.big = file.getShort(2) == BIG;
    read();
  }

  /** The first directory; what its end lacks is left out. */
  static TiffDirectory first(ByteBuffer file) {
    return new TiffDirectory(file.slice());
  }

  ByteOrder order() {
    return file.order();
  }

  boolean has(int tag) {
    return fields.containsKey(tag);
  }

  /** The field's first value, or the other where there is none. */
  long value(int tag, long otherwise) {
    long[] values = values(tag);
    return values.length == 0 ? otherwise : values[0];
  }

  /** The field's whole numbers; empty where there is none. */
  long[] values(int tag) {
    Field field = fields.get(tag);
    long[] values = new long[field == null ? 0 : held(field)];
    for (int i = 0; i < values.length; i++) {
      values[i] = whole(field.type, field.at + i * BYTES[field.type]);
    }
    return values;
  }

  /** The field's numbers; empty where there is none. */
  double[] numbers(int tag) {
    Field field = fields.get(tag);
    double[] numbers = new double[field == null ? 0 : held(field)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(field.type, field.at + i * BYTES[field.type]);
    }
    return numbers;
  }

  /** The field's bytes; empty where there is none. */
  ByteBuffer bytes(int tag) {
    Field field = fields.get(tag);
    return field == null
        ? ByteBuffer.allocate(0)
        : file.slice(field.at, held(field) * BYTES[field.type]);
  }

  private int held(Field field) {
    if (field.count > (file.limit() - field.at) / BYTES[field.type]) {
      throw new IndexOutOfBoundsException(
          field.count + " values at " + field.at + " of " + file.limit() + " bytes");
    }
    return field.count;
  }

  /** Throws if the file ends before the directory does. */
  void requireWhole() {
    if (isCut) {
      throw new IndexOutOfBoundsException("The directory ends beyond " + file.limit() + " bytes");
    }
  }

  private void read() {
    long directory = big ? file.getLong(8) : Integer.toUnsignedLong(file.getInt(4));
    int start = Math.toIntExact(Math.max(0, Math.min(directory, file.limit())));
    long entries = big ? file.getLong(start) : Short.toUnsignedInt(file.getShort(start));
    int size = big ? 20 : 12;
    int first = start + (big ? 8 : 2);
    isCut = entries > (file.limit() - first) / size;
    long whole = Math.min(Math.max(0, entries), (file.limit() - first) / size);
    for (int i = 0; i < whole; i++) {
      readField(first + i * size);
    }
  }

  private void readField(int entry) {
    int type = Short.toUnsignedInt(file.getShort(entry + 2));
    if (type >= BYTES.length || BYTES[type] == 0) {
      return;
    }
    long count = big ? file.getLong(entry + 4) : Integer.toUnsignedLong(file.getInt(entry + 4));
    int held = (int) Math.max(0, Math.min(count, Integer.MAX_VALUE));
    int value = entry + (big ? 12 : 8);
    boolean inline = (long) held * BYTES[type] <= (big ? 8 : 4);
    long offset = big ? file.getLong(value) : Integer.toUnsignedLong(file.getInt(value));
    int at = inline ? value : (int) Math.max(0, Math.min(offset, file.limit()));
    fields.putIfAbsent(Short.toUnsignedInt(file.getShort(entry)), new Field(type, held, at));
  }

  private long whole(int type, int at) {
    return switch (type) {
      case BYTE, UNDEFINED -> Byte.toUnsignedInt(file.get(at));
      case SIGNED_BYTE -> file.get(at);
      case SHORT -> Short.toUnsignedInt(file.getShort(at));
      case SIGNED_SHORT -> file.getShort(at);
      case LONG, OFFSET -> Integer.toUnsignedLong(file.getInt(at));
      case SIGNED_LONG -> file.getInt(at);
      case 16, 17, 18 -> file.getLong(at); // 8 bytes each: signed, unsigned, offset
      default -> (long) number(type, at);
    };
  }

  private double number(int type, int at) {
    return switch (type) {
      case RATIONAL ->
          Integer.toUnsignedLong(file.getInt(at))
              / (double) Integer.toUnsignedLong(file.getInt(at + 4));
      case 10 -> file.getInt(at) / (double) file.getInt(at + 4);
      case FLOAT -> file.getFloat(at);
      case DOUBLE -> file.getDouble(at);
      case 2 -> file.get(at);
      default -> whole(type, at);
    };
  }
}
