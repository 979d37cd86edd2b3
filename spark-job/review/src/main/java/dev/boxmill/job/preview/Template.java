package dev.boxmill.job.preview;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A resource file with holes written as {@code {{name}}}. The pages' loops and conditions are Java,
 * which leaves nothing for a template engine.
 */
record Template(String text) {
  private static final Pattern HOLE = Pattern.compile("\\{\\{(\\w+)}}");

  /** The resource of that name beside this class. */
  static Template resource(String name) {
    try (InputStream stream = Template.class.getResourceAsStream(name)) {
      return new Template(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fills all holes at once, so that what is filled in is never searched for holes. */
  String fill(Map<String, String> values) {
    return HOLE.matcher(text).replaceAll(hole -> Matcher.quoteReplacement(value(hole, values)));
  }

  private static String value(MatchResult hole, Map<String, String> values) {
    String value = values.get(hole.group(1));
    if (value == null) {
      throw new IllegalArgumentException("Missing value for the hole " + hole.group());
    }
    return value;
  }
}
