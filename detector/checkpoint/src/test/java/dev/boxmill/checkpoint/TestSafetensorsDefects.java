package dev.boxmill.checkpoint;

import static dev.boxmill.checkpoint.TestingSafetensors.file;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One broken file per defect; each is refused by name. */
final class TestSafetensorsDefects {

  private static final String DAMAGED = " (the file is damaged: download or save it again)";

  @TempDir Path directory;

  private record Defect(String name, byte[] bytes, String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest
  @MethodSource({"badFiles", "badHeaders", "badEntries", "badLayouts"})
  void refuses(Defect defect) {
    Path file = TestingSafetensors.write(directory.resolve("model.safetensors"), defect.bytes());

    assertThatThrownBy(() -> Checkpoint.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("%s", defect.message().replace("FILE", file.toString()));
  }

  static Stream<Defect> badFiles() {
    byte[] whole = new TestingSafetensors().floats("a", "[2]", 1, 2).bytes();
    return Stream.of(
        new Defect(
            "empty file",
            new byte[0],
            "Cannot read FILE: it has 0 bytes, too few for a safetensors file" + DAMAGED),
        new Defect(
            "cut off in the length",
            Arrays.copyOf(whole, 7),
            "Cannot read FILE: it has 7 bytes, too few for a safetensors file" + DAMAGED),
        new Defect(
            "cut off in the header",
            Arrays.copyOf(whole, 20),
            "Cannot read FILE: its header is announced with 54 bytes, but only 12 follow"
                + DAMAGED),
        new Defect(
            "cut off in the data",
            Arrays.copyOf(whole, whole.length - 1),
            "Cannot read tensor 'a' of FILE: it ends at data byte 8, the file's data at 7 (the file"
                + " is cut off or damaged: download or save it again)"),
        new Defect(
            "bytes after the last tensor",
            Arrays.copyOf(whole, whole.length + 3),
            "Cannot read FILE: 3 bytes after 'a' belong to no tensor" + DAMAGED),
        new Defect(
            "huge header",
            announced(1L << 40),
            "Cannot read FILE: its header is announced with 1099511627776 bytes, more than the"
                + " 16777216 allowed"
                + DAMAGED),
        new Defect(
            "negative header length",
            announced(-1),
            "Cannot read FILE: its header is announced with 18446744073709551615 bytes, more than"
                + " the 16777216 allowed"
                + DAMAGED),
        new Defect(
            "Git LFS pointer",
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
                .getBytes(StandardCharsets.UTF_8),
            "Cannot read FILE: it is a Git LFS pointer, not the weights (run git lfs pull)"));
  }

  static Stream<Defect> badHeaders() {
    return Stream.of(
        header("no header at all", "", "it is no JSON object"),
        header("a list", "[]", "it is no JSON object"),
        header("a text", "\"a\"", "it is no JSON object"),
        header(
            "not JSON",
            "{\"a\":",
            "not valid JSON: Unexpected end-of-input within/between Object entries"),
        header("bytes after the object", "{}{}", "more follows after its end"),
        header(
            "one name twice",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
                + "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
            "not valid JSON: Duplicate field 'a'"),
        header(
            "one key twice",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\"}}",
            "not valid JSON: Duplicate field 'dtype'"),
        header(
            "deep nesting",
            "{\"a\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}",
            "not valid JSON: Document nesting depth (1001) exceeds the maximum allowed (1000, from"
                + " `StreamReadConstraints.getMaxNestingDepth()`)"),
        header(
            "metadata of numbers",
            "{\"__metadata__\":{\"format\":1}}",
            "its __metadata__ holds more than texts"),
        header(
            "metadata of one text",
            "{\"__metadata__\":\"pt\"}",
            "its __metadata__ holds more than texts"),
        new Defect(
            "not UTF-8",
            file(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, new byte[0]),
            "Cannot read the header of FILE: it is not UTF-8 text" + DAMAGED),
        new Defect(
            "UTF-16",
            file("{}".getBytes(StandardCharsets.UTF_16LE), new byte[0]),
            "Cannot read the header of FILE: not valid JSON: Illegal character ((CTRL-CHAR, code"
                + " 0)): only regular white space (\\r, \\n, \\t) is allowed between tokens"
                + DAMAGED));
  }

  static Stream<Defect> badEntries() {
    return Stream.of(
        entry("no object", "1", "its description is no JSON object"),
        entry(
            "unknown key",
            "{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"scale\":2}",
            "its description has the unknown key 'scale'"),
        entry(
            "no dtype",
            "{\"shape\":[4],\"data_offsets\":[0,4]}",
            "its dtype is missing or no text"),
        entry("no shape", described("U8", "null", "[0,4]"), "its shape is missing or no list"),
        entry(
            "no offsets",
            "{\"dtype\":\"U8\",\"shape\":[4]}",
            "its data_offsets is missing or no list"),
        entry(
            "negative dimension",
            described("U8", "[-4]", "[0,4]"),
            "its shape holds -4, no whole number >= 0"),
        entry(
            "fractional dimension",
            described("U8", "[4.0]", "[0,4]"),
            "its shape holds 4.0, no whole number >= 0"),
        entry(
            "dimension beyond 64 bits",
            described("U8", "[9223372036854775808]", "[0,4]"),
            "its shape holds 9223372036854775808, no whole number >= 0"),
        entry(
            "dimension in quotes",
            described("U8", "[\"4\"]", "[0,4]"),
            "its shape holds \"4\", no whole number >= 0"),
        entry(
            "shape that overflows",
            described("F32", "[4294967296,4294967296]", "[0,4]"),
            "shape (4294967296, 4294967296) of F32 is larger than any file"),
        entry(
            "shape that overflows to its byte count",
            described("F32", "[4611686018427387905]", "[0,4]"),
            "shape (4611686018427387905) of F32 is larger than any file"),
        entry(
            "too few bytes for its shape",
            described("F32", "[2]", "[0,4]"),
            "shape (2) of F32 takes 8 bytes, the header gives it 4"),
        entry(
            "too many bytes for its type",
            described("F16", "[1]", "[0,4]"),
            "shape (1) of F16 takes 2 bytes, the header gives it 4"),
        entry(
            "half a byte",
            described("F4", "[9]", "[0,4]"),
            "shape (9) of F4 takes 4.5 bytes, the header gives it 4"),
        entry("three offsets", described("U8", "[4]", "[0,2,4]"), "its data_offsets are [0, 2, 4]"),
        entry("offsets backwards", described("U8", "[4]", "[4,0]"), "its data_offsets are [4, 0]"),
        entry(
            "negative offset",
            described("U8", "[4]", "[-4,0]"),
            "its data_offsets holds -4, no whole number >= 0"),
        new Defect(
            "unknown dtype",
            entryBytes(described("F12", "[4]", "[0,4]")),
            "Cannot read tensor 'a' of FILE: unknown dtype 'F12' (known: F32, F16, BF16, F64,"
                + " F8_E4M3, F8_E5M2, F8_E8M0, F6_E2M3, F6_E3M2, F4, I64, I32, I16, I8, U64, U32,"
                + " U16, U8, BOOL, C64)"),
        new Defect(
            "name with line breaks",
            new TestingSafetensors().raw("\"a\\nb\":1").bytes(),
            "Cannot read tensor 'a\\u000ab' of FILE: its description is no JSON object" + DAMAGED));
  }

  static Stream<Defect> badLayouts() {
    return Stream.of(
        new Defect(
            "overlap",
            new TestingSafetensors()
                .floats("a", "[2]", 1, 2)
                .entry("b", "F32", "[1]", 4, 8)
                .bytes(),
            "Cannot read tensor 'b' of FILE: it begins at data byte 4, inside 'a'" + DAMAGED),
        new Defect(
            "the same bytes twice",
            new TestingSafetensors()
                .floats("a", "[2]", 1, 2)
                .entry("b", "F32", "[2]", 0, 8)
                .bytes(),
            "Cannot read tensor 'b' of FILE: it begins at data byte 0, inside 'a'" + DAMAGED),
        new Defect(
            "gap before the first",
            new TestingSafetensors().gap(4).floats("a", "[1]", 1).bytes(),
            "Cannot read tensor 'a' of FILE: 4 bytes between the header and it belong to no tensor"
                + DAMAGED),
        new Defect(
            "gap between two",
            new TestingSafetensors().floats("a", "[1]", 1).gap(2).floats("b", "[1]", 1).bytes(),
            "Cannot read tensor 'b' of FILE: 2 bytes between 'a' and it belong to no tensor"
                + DAMAGED),
        new Defect(
            "out of bounds",
            new TestingSafetensors()
                .floats("a", "[1]", 1)
                .entry("b", "U8", "[1099511627776]", 4, 1099511627780L)
                .bytes(),
            "Cannot read tensor 'b' of FILE: it ends at data byte 1099511627780, the file's data at"
                + " 4 (the file is cut off or damaged: download or save it again)"),
        new Defect(
            "data without tensors",
            new TestingSafetensors().gap(5).bytes(),
            "Cannot read FILE: 5 bytes after the header belong to no tensor" + DAMAGED));
  }

  private static Defect header(String name, String json, String reason) {
    return new Defect(
        name,
        file(json.getBytes(StandardCharsets.UTF_8), new byte[0]),
        "Cannot read the header of FILE: " + reason + DAMAGED);
  }

  private static Defect entry(String name, String description, String reason) {
    return new Defect(
        name, entryBytes(description), "Cannot read tensor 'a' of FILE: " + reason + DAMAGED);
  }

  private static byte[] entryBytes(String description) {
    return new TestingSafetensors().raw("\"a\":" + description).gap(4).bytes();
  }

  private static String described(String dtype, String shape, String offsets) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(dtype, shape, offsets);
  }

  private static byte[] announced(long length) {
    return ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }
}
