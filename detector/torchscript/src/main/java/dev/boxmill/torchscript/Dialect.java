package dev.boxmill.torchscript;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns readable source files into TorchScript's serialized dialect, with one class around the
 * entry points.
 */
final class Dialect {
  private static final Pattern STRING_OR_COMMENT =
      Pattern.compile("(\"[^\"\\n]*\"|'[^'\\n]*')|[ \\t]*#[^\\n]*");
  private static final Pattern DEFINITION = Pattern.compile("(?m)^def (\\w+)\\(");

  /** A definition, and all lines behind it that are blank or indented, or close its parameters. */
  private static final Pattern FUNCTION =
      Pattern.compile("(?m)^def (\\w+)\\(.*\\R(?:(?:[ \\t].*)?\\R)*");

  private static final Pattern ENTRY =
      Pattern.compile(
          "(?m)^def (\\w+)\\(w: Dict\\[str, Tensor\\], inputs: Dict\\[str, Tensor\\]\\)"
              + " -> Dict\\[str, Tensor\\]:");
  private static final Pattern CONSTANT =
      Pattern.compile("(?<![\\w.\"'])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?![\\w\"'(])");
  private static final Pattern STRING = Pattern.compile("\"[^\"\\n]*\"|'[^'\\n]*'");

  /**
   * What every program may name: PyTorch's numbers of types (c10/core/ScalarType.h) and of memory
   * formats (c10/core/MemoryFormat.h), which the dialect has for {@code torch.float32} and the
   * like.
   */
  private static final Map<String, Object> TORCH =
      Map.of(
          "UINT8", 0,
          "INT16", 2,
          "INT32", 3,
          "INT64", 4,
          "FLOAT16", 5,
          "FLOAT32", 6,
          "BFLOAT16", 15,
          "CONTIGUOUS", 0,
          "CHANNELS_LAST", 2);

  private Dialect() {}

  static String serialized(List<Program.SourceFile> files, Map<String, Object> constants) {
    String text =
        files.stream().map(file -> withoutComments(file.text())).collect(Collectors.joining("\n"));
    Set<String> functions = definitions(text);
    String all = qualifyCalls(text, functions) + "\n" + moduleClass(functions, entries(text));
    Map<String, Object> named = new HashMap<>(constants);
    named.putAll(TORCH);
    return replaceConstants(all, named).replaceAll("(?m)^[ \\t]*\\n", "");
  }

  private static String withoutComments(String text) {
    return STRING_OR_COMMENT
        .matcher(text)
        .replaceAll(match -> match.group(1) == null ? "" : Matcher.quoteReplacement(match.group()));
  }

  /** A file's text without the functions of those names. */
  static String without(Set<String> functions, String text) {
    return FUNCTION
        .matcher(text)
        .replaceAll(
            match ->
                functions.contains(match.group(1)) ? "" : Matcher.quoteReplacement(match.group()));
  }

  /**
   * Names of a text's functions.
   *
   * @throws IllegalArgumentException if one is defined twice
   */
  static Set<String> definitions(String text) {
    Set<String> names = new LinkedHashSet<>();
    Matcher matcher = DEFINITION.matcher(text);
    while (matcher.find()) {
      if (!names.add(matcher.group(1))) {
        throw new IllegalArgumentException(
            "Cannot assemble program: function " + matcher.group(1) + " is defined twice");
      }
    }
    return names;
  }

  private static List<String> entries(String text) {
    return ENTRY.matcher(text).results().map(result -> result.group(1)).toList();
  }

  private static String qualifyCalls(String text, Set<String> functions) {
    Pattern call = Pattern.compile("(?<![\\w.])(?<!def )(" + String.join("|", functions) + ")\\(");
    return call.matcher(text).replaceAll("__torch__.$1(");
  }

  private static String replaceConstants(String text, Map<String, Object> constants) {
    Set<String> missing = new TreeSet<>();
    StringBuilder out = new StringBuilder();
    Matcher string = STRING.matcher(text);
    int position = 0;
    while (string.find()) {
      out.append(replaceNames(text.substring(position, string.start()), constants, missing));
      out.append(string.group());
      position = string.end();
    }
    out.append(replaceNames(text.substring(position), constants, missing));
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("Missing constants of program: " + missing);
    }
    return out.toString();
  }

  private static String replaceNames(
      String code, Map<String, Object> constants, Set<String> missing) {
    return CONSTANT
        .matcher(code)
        .replaceAll(
            match -> {
              Object value = constants.get(match.group(1));
              if (value == null) {
                missing.add(match.group(1));
                return Matcher.quoteReplacement(match.group(1));
              }
              return Matcher.quoteReplacement(literal(value));
            });
  }

  private static String literal(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    if (value instanceof Integer || value instanceof Long) {
      return value.toString();
    }
    if (value instanceof Float || value instanceof Double) {
      return Double.toString(((Number) value).doubleValue());
    }
    if (value instanceof String text && !text.contains("\"") && !text.contains("\\")) {
      return '"' + text + '"';
    }
    if (value instanceof List<?> list && !list.isEmpty()) {
      return list.stream().map(Dialect::literal).collect(Collectors.joining(", ", "[", "]"));
    }
    throw new IllegalArgumentException(
        "Invalid constant: " + value + " (must be a number, flag, plain text or non-empty list)");
  }

  /** The class that TorchScript instantiates: the weights, and one method for each entry point. */
  private static String moduleClass(Set<String> functions, List<String> entries) {
    StringBuilder text = new StringBuilder();
    text.append("class Network(Module):\n");
    text.append("  __parameters__ = []\n  __buffers__ = []\n");
    text.append("  training : bool\n  w : Dict[str, Tensor]\n");
    text.append("  def take(self: __torch__.Network, name: str, x: Tensor) -> None:\n");
    text.append("    self.w[name] = torch.clone(x)\n");
    text.append("  def prepare(self: __torch__.Network) -> None:\n");
    String prepared = functions.contains("prepare") ? "__torch__.prepare(self.w)" : "self.w";
    text.append("    self.w = __torch__.prepack_linear(").append(prepared).append(")\n");
    text.append("  def float32(self: __torch__.Network, x: Tensor) -> Tensor:\n");
    text.append("    return torch.contiguous(torch.to(x, FLOAT32))\n");
    text.append("  def weight_names(self: __torch__.Network) -> List[str]:\n");
    text.append("    return list(self.w.keys())\n");
    text.append("  def weight(self: __torch__.Network, name: str) -> Tensor:\n");
    text.append("    x = self.w[name]\n");
    text.append("    if ops.prim.is_mkldnn(x):\n      x = torch.to_dense(x)\n");
    text.append("    return torch.contiguous(torch.to(x, FLOAT32))\n");
    for (String entry : entries) {
      text.append("  def ").append(entry).append("(self: __torch__.Network,");
      text.append(" inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:\n");
      text.append("    return __torch__.").append(entry).append("(self.w, inputs)\n");
    }
    return text.toString();
  }
}
