package dev.boxmill.job.session;

import dev.boxmill.detr.words.Prompt;
import java.util.ArrayList;
import java.util.List;

/** What a user should know of a prompt before a run begins. */
final class PromptNotes {
  private PromptNotes() {}

  /**
   * Sentences, in the order of their weight.
   *
   * @param passes that the prompt takes
   */
  static List<String> of(Prompt prompt, int passes) {
    List<String> notes = new ArrayList<>();
    long phrases = prompt.classes().stream().mapToLong(one -> one.phrases().size()).sum();
    if (passes > 1) {
      notes.add(
          ("Prompt: %d phrases are more than the detector reads at once, so it reads them in %d"
                  + " passes: for each image the backbone runs once, all behind it %d times")
              .formatted(phrases, passes, passes));
    }
    prompt
        .sharedPhrases()
        .forEach(
            (phrase, names) ->
                notes.add(
                    "Prompt: classes %s share the phrase '%s': boxes that match it are of class %s"
                        .formatted(String.join(", ", names), phrase, names.get(0))));
    return notes;
  }
}
