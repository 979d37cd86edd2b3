package dev.boxmill.detr.words;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a detector that reads is to find: classes in the order of their label ids.
 *
 * @param classes each with a name of its own; none: no prompt
 * @param textThreshold the score that a class must have for a box, once the box' best class has the
 *     run's least score, from 0 to 1; {@link #AS_BOXES}: the run's least score again
 */
public record Prompt(List<PromptClass> classes, float textThreshold) implements Serializable {

  /** The {@code textThreshold} that is the same as for boxes. */
  public static final float AS_BOXES = -1;

  /** Nothing is asked for. */
  public static final Prompt NONE = new Prompt(List.of(), AS_BOXES);

  /** What ends a phrase, wherever it stands: detectors are trained so. */
  private static final Pattern ENDS = Pattern.compile("[.?]");

  public Prompt {
    classes = List.copyOf(classes);
    if (textThreshold != AS_BOXES && !(textThreshold >= 0 && textThreshold <= 1)) {
      throw new IllegalArgumentException(
          "Invalid text threshold: " + textThreshold + " (must be from 0 to 1)");
    }
    Set<String> names = new LinkedHashSet<>();
    for (PromptClass one : classes) {
      if (!names.add(one.name())) {
        throw new IllegalArgumentException(
            "Invalid classes: '"
                + one.name()
                + "' comes twice (must be one class, with all words)");
      }
      one.phrases().forEach(phrase -> requireWords(one.name(), phrase.text()));
    }
  }

  private static void requireWords(String name, String phrase) {
    if (phrase.isBlank()) {
      throw new IllegalArgumentException(
          "Invalid phrase of class '" + name + "': it is empty (must have words)");
    }
    if (ENDS.matcher(phrase).find()) {
      throw new IllegalArgumentException(
          "Invalid phrase of class '%s': '%s' (must have no . or ?, where detectors see its end)"
              .formatted(name, phrase));
    }
  }

  /**
   * A prompt in one line, such as {@code red apple. forklift. person with helmet}: phrases with
   * periods between them, each a class of its own that is called so.
   *
   * @throws IllegalArgumentException if there are no words in it, or a phrase comes twice
   */
  public static Prompt parse(String line) {
    List<String> phrases =
        Stream.of(line.split("\\.", -1))
            .map(String::strip)
            .filter(phrase -> !phrase.isEmpty())
            .toList();
    if (phrases.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid prompt: '" + line + "' (must be phrases with periods between them)");
    }
    return new Prompt(phrases.stream().map(PromptClass::of).toList(), AS_BOXES);
  }

  /**
   * Classes with their phrases.
   *
   * @param phrases by the name of their class, in the order of label ids
   * @throws IllegalArgumentException if there is no class, or one without words
   */
  public static Prompt of(Map<String, List<String>> phrases) {
    if (phrases.isEmpty()) {
      throw new IllegalArgumentException("Invalid prompt: no class (must name one at least)");
    }
    List<PromptClass> classes = new ArrayList<>();
    phrases.forEach(
        (name, words) ->
            classes.add(
                new PromptClass(name, words.stream().map(String::strip).map(Phrase::of).toList())));
    return new Prompt(classes, AS_BOXES);
  }

  /** The same with another threshold for classes. */
  public Prompt withTextThreshold(float changed) {
    return new Prompt(classes, changed);
  }

  public boolean isEmpty() {
    return classes.isEmpty();
  }

  /** Whether a tokenizer has read it. */
  public boolean isTokenized() {
    return classes.stream()
        .flatMap(one -> one.phrases().stream())
        .noneMatch(phrase -> phrase.tokens().isEmpty());
  }

  /** Class names by label id. */
  public Map<Integer, String> classNames() {
    Map<Integer, String> names = new TreeMap<>();
    classes.forEach(one -> names.put(names.size(), one.name()));
    return names;
  }

  /**
   * Phrases that several classes have, with the names of these; a box that matches such a phrase
   * counts for the first of them.
   */
  public Map<String, List<String>> sharedPhrases() {
    Map<String, List<String>> owners = new LinkedHashMap<>();
    for (PromptClass one : classes) {
      for (Phrase phrase : one.phrases()) {
        List<String> names = owners.computeIfAbsent(read(phrase), words -> new ArrayList<>());
        if (!names.contains(one.name())) {
          names.add(one.name());
        }
      }
    }
    owners.values().removeIf(names -> names.size() == 1);
    return owners;
  }

  /** Each phrase's class, by label id; of a phrase that comes again, the first. */
  Map<Phrase, Integer> labels() {
    Map<Phrase, Integer> labels = new LinkedHashMap<>();
    Map<String, Phrase> known = new HashMap<>();
    for (int label = 0; label < classes.size(); label++) {
      for (Phrase phrase : classes.get(label).phrases()) {
        if (known.putIfAbsent(read(phrase), phrase) == null) {
          labels.put(phrase, label);
        }
      }
    }
    return labels;
  }

  /** What makes phrases the same for a detector: their tokens, or their words in small letters. */
  private static String read(Phrase phrase) {
    return phrase.tokens().isEmpty()
        ? phrase.text().toLowerCase(Locale.ROOT)
        : phrase.tokens().toString();
  }
}
