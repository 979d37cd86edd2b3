package dev.boxmill.detr.architecture;

import dev.boxmill.detr.statedict.KeyMapping;
import dev.boxmill.detr.words.Prompt;
import java.util.Set;

/**
 * A network that reads, whose checkpoint has other names for its tensors.
 *
 * @param reader with the names of Hugging Face's checkpoints
 * @param names how they are called here
 * @param ignored as {@link RenamedArchitecture}'s
 */
public record RenamedReadingArchitecture(
    ReadingArchitecture reader, KeyMapping names, Set<String> ignored)
    implements ForwardingArchitecture, ReadingArchitecture {

  public RenamedReadingArchitecture {
    ignored = Set.copyOf(ignored);
  }

  @Override
  public Architecture network() {
    return new RenamedArchitecture(reader, names, ignored);
  }

  @Override
  public int vocabulary() {
    return reader.vocabulary();
  }

  @Override
  public ReadingArchitecture reading(Prompt prompt) {
    return new RenamedReadingArchitecture(reader.reading(prompt), names, ignored);
  }

  @Override
  public int passes() {
    return reader.passes();
  }
}
