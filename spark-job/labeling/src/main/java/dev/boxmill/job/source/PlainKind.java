package dev.boxmill.job.source;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.BsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** What a Parquet column of one value a row holds, and what that is in a label table. */
enum PlainKind {
  TRUTH,
  WHOLE,
  UNSIGNED_LONG,
  DECIMAL,
  HALF,
  SINGLE,
  DOUBLE,
  TEXT,
  BYTES,
  DATE,
  INSTANT,
  LOCAL_TIME,
  /** A time of day or a UUID: text, as Parquet writes it. */
  WRITTEN,
  /** A column without a type: pandas writes one where every value is missing. */
  NOTHING,
  FOREIGN;

  private static final int MOST_DIGITS = 38;
  private static final int JULIAN_DAY_OF_EPOCH = 2_440_588;

  /** As Spark writes a timestamp. */
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyy-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter();

  static PlainKind of(PrimitiveType type) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    return meaning == null ? of(type.getPrimitiveTypeName()) : of(meaning);
  }

  private static PlainKind of(PrimitiveTypeName type) {
    return switch (type) {
      case BOOLEAN -> TRUTH;
      case INT32, INT64 -> WHOLE;
      case INT96 -> INSTANT;
      case FLOAT -> SINGLE;
      case DOUBLE -> DOUBLE;
      case BINARY, FIXED_LEN_BYTE_ARRAY -> BYTES;
    };
  }

  private static PlainKind of(LogicalTypeAnnotation meaning) {
    if (meaning instanceof StringLogicalTypeAnnotation
        || meaning instanceof EnumLogicalTypeAnnotation
        || meaning instanceof JsonLogicalTypeAnnotation) {
      return TEXT;
    }
    if (meaning instanceof IntLogicalTypeAnnotation whole) {
      return whole.getBitWidth() == Long.SIZE && !whole.isSigned() ? UNSIGNED_LONG : WHOLE;
    }
    if (meaning instanceof TimestampLogicalTypeAnnotation time) {
      return time.isAdjustedToUTC() ? INSTANT : LOCAL_TIME;
    }
    if (meaning instanceof TimeLogicalTypeAnnotation
        || meaning instanceof UUIDLogicalTypeAnnotation) {
      return WRITTEN;
    }
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      return decimal.getPrecision() <= MOST_DIGITS ? DECIMAL : FOREIGN;
    }
    return ofRest(meaning);
  }

  private static PlainKind ofRest(LogicalTypeAnnotation meaning) {
    return meaning instanceof DateLogicalTypeAnnotation
        ? DATE
        : meaning instanceof Float16LogicalTypeAnnotation
            ? HALF
            : meaning instanceof BsonLogicalTypeAnnotation
                ? BYTES
                : meaning instanceof UnknownLogicalTypeAnnotation ? NOTHING : FOREIGN;
  }

  /** The type of a column that carries it along; empty if nothing of it can be. */
  Optional<DataType> carried(PrimitiveType type) {
    return Optional.ofNullable(
        switch (this) {
          case TRUTH -> DataTypes.BooleanType;
          case WHOLE -> DataTypes.LongType;
          case UNSIGNED_LONG -> DataTypes.createDecimalType(20, 0);
          case DECIMAL -> decimal((DecimalLogicalTypeAnnotation) type.getLogicalTypeAnnotation());
          case HALF, SINGLE, DOUBLE -> DataTypes.DoubleType;
          case TEXT, WRITTEN -> DataTypes.StringType;
          case BYTES -> DataTypes.BinaryType;
          case DATE -> DataTypes.DateType;
          case INSTANT -> DataTypes.TimestampType;
          case LOCAL_TIME -> DataTypes.TimestampNTZType;
          case NOTHING, FOREIGN -> null;
        });
  }

  private static DecimalType decimal(DecimalLogicalTypeAnnotation decimal) {
    return DataTypes.createDecimalType(decimal.getPrecision(), decimal.getScale());
  }

  /** Whether a value can stand in an address. */
  boolean isName() {
    return this != NOTHING && this != FOREIGN;
  }

  /** The value of a field, for a row of type {@link #carried}. */
  Object value(Group group, String field) {
    PrimitiveType type = group.getType().getType(field).asPrimitiveType();
    return switch (this) {
      case TRUTH -> group.getBoolean(field, 0);
      case WHOLE -> whole(group, field, type);
      case UNSIGNED_LONG -> new BigDecimal(Long.toUnsignedString(group.getLong(field, 0)));
      case DECIMAL -> decimal(group, field, type);
      case HALF -> Double.valueOf(type.stringifier().stringify(group.getBinary(field, 0)));
      case SINGLE -> Double.valueOf(Float.toString(group.getFloat(field, 0)));
      case DOUBLE -> group.getDouble(field, 0);
      case TEXT -> group.getBinary(field, 0).toStringUsingUTF8();
      case BYTES -> group.getBinary(field, 0).getBytes();
      case DATE -> LocalDate.ofEpochDay(group.getInteger(field, 0));
      case INSTANT -> instant(group, field, type);
      case LOCAL_TIME -> LocalDateTime.ofInstant(instant(group, field, type), ZoneOffset.UTC);
      case WRITTEN -> written(group, field, type);
      case NOTHING, FOREIGN -> null;
    };
  }

  /** The value of a field as Spark would write it. */
  String text(Group group, String field) {
    Object value = value(group, field);
    if (value instanceof byte[] bytes) {
      return Binary.fromConstantByteArray(bytes).toStringUsingUTF8();
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof Instant instant) {
      return TIMESTAMP.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
    return value instanceof LocalDateTime time ? TIMESTAMP.format(time) : String.valueOf(value);
  }

  private static String written(Group group, String field, PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case INT32 -> type.stringifier().stringify(group.getInteger(field, 0));
      case INT64 -> type.stringifier().stringify(group.getLong(field, 0));
      case BINARY, FIXED_LEN_BYTE_ARRAY -> type.stringifier().stringify(group.getBinary(field, 0));
      case BOOLEAN, FLOAT, DOUBLE, INT96 ->
          throw new IllegalArgumentException("Invalid column: " + type);
    };
  }

  private static long whole(Group group, String field, PrimitiveType type) {
    if (type.getPrimitiveTypeName() == PrimitiveTypeName.INT64) {
      return group.getLong(field, 0);
    }
    int value = group.getInteger(field, 0);
    boolean unsigned =
        type.getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation whole
            && !whole.isSigned();
    return unsigned ? Integer.toUnsignedLong(value) : value;
  }

  private static BigDecimal decimal(Group group, String field, PrimitiveType type) {
    int scale = ((DecimalLogicalTypeAnnotation) type.getLogicalTypeAnnotation()).getScale();
    return switch (type.getPrimitiveTypeName()) {
      case INT32 -> BigDecimal.valueOf(group.getInteger(field, 0), scale);
      case INT64 -> BigDecimal.valueOf(group.getLong(field, 0), scale);
      case BINARY, FIXED_LEN_BYTE_ARRAY ->
          new BigDecimal(new BigInteger(group.getBinary(field, 0).getBytes()), scale);
      case BOOLEAN, FLOAT, DOUBLE, INT96 ->
          throw new IllegalArgumentException("Invalid decimal column: " + type);
    };
  }

  private static Instant instant(Group group, String field, PrimitiveType type) {
    if (type.getPrimitiveTypeName() == PrimitiveTypeName.INT96) {
      return instant(group.getInt96(field, 0));
    }
    long value = group.getLong(field, 0);
    return switch (((TimestampLogicalTypeAnnotation) type.getLogicalTypeAnnotation()).getUnit()) {
      case MILLIS -> Instant.EPOCH.plus(value, ChronoUnit.MILLIS);
      case MICROS -> Instant.EPOCH.plus(value, ChronoUnit.MICROS);
      case NANOS -> Instant.EPOCH.plus(value, ChronoUnit.NANOS);
    };
  }

  private static Instant instant(Binary int96) {
    ByteBuffer bytes = ByteBuffer.wrap(int96.getBytes()).order(ByteOrder.LITTLE_ENDIAN);
    long nanosOfDay = bytes.getLong();
    return Instant.EPOCH
        .plus(bytes.getInt() - (long) JULIAN_DAY_OF_EPOCH, ChronoUnit.DAYS)
        .plusNanos(nanosOfDay);
  }
}
