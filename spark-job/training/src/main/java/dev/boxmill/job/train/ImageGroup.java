package dev.boxmill.job.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Images of a step whose gradient one task computes at once. Groups don't depend on how many
 * executors there are, so that the sum of their gradients doesn't either.
 */
record ImageGroup(List<PosedImage> images) implements Serializable {

  /** Small networks want many boxes at a time; a group of large pictures still fits in memory. */
  static final int SIZE = 8;

  ImageGroup {
    images = List.copyOf(images);
  }

  /** All images as they are. */
  static List<ImageGroup> plain(List<AnnotatedImage> images) {
    List<ImageGroup> groups = new ArrayList<>();
    for (int first = 0; first < images.size(); first += SIZE) {
      groups.add(
          new ImageGroup(
              images.subList(first, Math.min(images.size(), first + SIZE)).stream()
                  .map(image -> new PosedImage(image, Pose.PLAIN))
                  .toList()));
    }
    return groups;
  }

  static int images(List<ImageGroup> groups) {
    return groups.stream().mapToInt(group -> group.images().size()).sum();
  }
}
