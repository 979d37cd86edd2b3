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

  /** Whatever a plugin throws costs its images and not the run: errors, checked exceptions too. */
  private List<List<Detection>> refine(Link link, ImageBatch batch) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    List<List<Detection>> refined;
    try {
      refined = copied(link.refiner().refine(batch));
    } catch (Throwable failure) {
      throw RefinerException.of(
          "Cannot refine boxes: refiner '%s' failed: ".formatted(link.name()), failure);
    } finally {
      if (!interrupted) {
        forgetInterrupt();
      }
    }
    new ResultRules(link.name(), labelIds).check(batch, refined);
    return refined;
  }

  /** A plugin's list may be lazy: what its iteration throws is the plugin's fault too. */
  private static List<List<Detection>> copied(List<List<Detection>> refined) {
    if (refined == null) {
      return null;
    }
    List<List<Detection>> images = new ArrayList<>();
    for (List<Detection> image : refined) {
      images.add(image == null ? null : new ArrayList<>(image));
    }
    return images;
  }

  /**
   * A flag that a plugin left set would end the task. Spark tells a killed task by its context too,
   * so that no kill is lost.
   */
  private static boolean forgetInterrupt() {
    return Thread.interrupted();
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
      } catch (Throwable failure) {
        RefinerException named =
            RefinerException.of("Cannot close refiner '%s': ".formatted(link.name()), failure);
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
