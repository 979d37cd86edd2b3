package dev.boxmill.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The kinds of values that a configuration holds, with the rule that messages state. */
enum JsonKind {
  INTEGER("a whole number of 32 bits", JsonKind::isInteger),
  NUMBER("a number", JsonKind::isFinite),
  TEXT("a text", JsonNode::isTextual),
  FLAG("true or false", JsonNode::isBoolean),
  INTEGERS("a list of whole numbers", node -> isListOf(node, JsonKind::isInteger)),
  NUMBERS("a list of numbers", node -> isListOf(node, JsonKind::isFinite)),
  TEXTS("a list of texts", node -> isListOf(node, JsonNode::isTextual)),
  FLAGS("a list of true and false", node -> isListOf(node, JsonNode::isBoolean)),
  CLASS_NAMES("an object of class indices and names", JsonKind::isClassNames),
  OBJECT("an object", JsonNode::isObject);

  private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

  private final String rule;
  private final Predicate<JsonNode> test;

  JsonKind(String rule, Predicate<JsonNode> test) {
    this.rule = rule;
    this.test = test;
  }

  String rule() {
    return rule;
  }

  boolean matches(JsonNode node) {
    return test.test(node);
  }

  private static boolean isInteger(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToInt();
  }

  private static boolean isFinite(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.doubleValue());
  }

  private static boolean isListOf(JsonNode node, Predicate<JsonNode> element) {
    return node.isArray() && all(node, element);
  }

  private static boolean isClassNames(JsonNode node) {
    return node.isObject()
        && all(node, JsonNode::isTextual)
        && node.properties().stream().map(Map.Entry::getKey).allMatch(INDEX.asMatchPredicate());
  }

  private static boolean all(JsonNode node, Predicate<JsonNode> element) {
    for (JsonNode child : node) {
      if (!element.test(child)) {
        return false;
      }
    }
    return true;
  }
}
