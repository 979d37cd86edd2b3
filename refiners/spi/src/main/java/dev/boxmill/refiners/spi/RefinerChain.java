package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Detection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The refiners of a run on one device, applied in the order given; each one's result is checked
 * before the next reads it. Made by {@link Refiners#open}.
 */
public final class RefinerChain implements BoxRefiner {

  private record Link(String name, BoxRefiner refiner) {}

  private final List<Link> links = new ArrayList<>();
  private final Set<Integer> labelIds;
  private boolean closed;

  RefinerChain(Set<Integer> labelIds) {
    this.labelIds = labelIds;
  }

  void append(String name, BoxRefiner refiner) {
    links.add(new Link(name, refiner));
  }

  /** Whether it leaves all boxes as they are. */
  public boolean isEmpty() {
    return links.isEmpty();
  }

  /**
   * The detections after all refiners.
   *
   * @throws RefinerException if a refiner fails or breaks a rule, naming it
   */
  @Override
  public List<List<Detection>> refine(ImageBatch batch) {
    if (closed) {
      throw new IllegalStateException("Cannot refine: the refiners are closed");
    }
    ImageBatch current = batch;
    for (Link link : links) {
      current = current.withDetections(refine(link, current));
    }
    return current.detections();
  }

  private List<List<Detection>> refine(Link link, ImageBatch batch) {
    List<List<Detection>> refined;
    try {
      refined = link.refiner().refine(batch);
    } catch (RuntimeException | LinkageError failure) {
      throw new RefinerException(
          "Cannot refine boxes: refiner '%s' failed: %s".formatted(link.name(), failure), failure);
    }
    new ResultRules(link.name(), labelIds).check(batch, refined);
    return refined;
  }

  /** Closes all refiners, last first, also when one fails to close; a second call does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    RefinerException failures = closeLinks();
    if (failures != null) {
      throw failures;
    }
  }

  /** Closes what a failure leaves behind; further failures are added to it. */
  void closeAfter(RuntimeException failure) {
    RefinerException failures = closeLinks();
    if (failures != null) {
      failure.addSuppressed(failures);
    }
  }

  private RefinerException closeLinks() {
    closed = true;
    Deque<Link> lastFirst = new ArrayDeque<>();
    links.forEach(lastFirst::push);
    RefinerException first = null;
    for (Link link : lastFirst) {
      try {
        link.refiner().close();
      } catch (RuntimeException | LinkageError failure) {
        RefinerException named =
            new RefinerException(
                "Cannot close refiner '%s': %s".formatted(link.name(), failure), failure);
        if (first == null) {
          first = named;
        } else {
          first.addSuppressed(named);
        }
      }
    }
    return first;
  }
}
