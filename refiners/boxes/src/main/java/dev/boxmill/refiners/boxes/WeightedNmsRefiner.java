package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.ImageRefiner;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Non-maximum weighting (Zhou et al. 2017, "CAD: Scale Invariant Framework for Real-Time Object
 * Detection"), class by class: from the highest score down, a detection stays unless it overlaps
 * one that stayed. What stays moves to the mean of itself and of those that it stands for, weighted
 * by their scores and their overlap with it.
 *
 * @param iou overlap above which two boxes show the same object
 */
record WeightedNmsRefiner(double iou) implements ImageRefiner {

  /** A detection that stays, and all boxes that it stands for, itself first. */
  private record Group(Detection surest, RelativeCorners corners, List<Detection> members) {

    static Group of(Detection surest) {
      return new Group(surest, RelativeCorners.of(surest.box()), new ArrayList<>(List.of(surest)));
    }

    Detection moved() {
      if (members.size() == 1) {
        return surest;
      }
      RelativeCorners mean =
          new RelativeCorners(
              mean(RelativeCorners::xMin),
              mean(RelativeCorners::yMin),
              mean(RelativeCorners::xMax),
              mean(RelativeCorners::yMax));
      return surest.withBox(mean.box());
    }

    private double mean(ToDoubleFunction<RelativeCorners> side) {
      double weights = 0;
      double sum = 0;
      for (Detection member : members) {
        RelativeCorners place = RelativeCorners.of(member.box());
        double weight = member.score() * place.iou(corners);
        weights += weight;
        sum += weight * side.applyAsDouble(place);
      }
      return weights > 0 ? sum / weights : side.applyAsDouble(corners);
    }
  }

  @Override
  public List<Detection> refine(ImageSize size, List<Detection> detections) {
    List<Group> groups = new ArrayList<>();
    detections.stream()
        .sorted(Detection.BY_DESCENDING_SCORE)
        .forEachOrdered(detection -> add(detection, groups));
    return groups.stream().map(Group::moved).toList();
  }

  private void add(Detection detection, List<Group> groups) {
    RelativeCorners corners = RelativeCorners.of(detection.box());
    Group best = null;
    double highest = iou;
    for (Group group : groups) {
      double overlap =
          group.surest().labelId() == detection.labelId() ? corners.iou(group.corners()) : 0;
      if (overlap > highest) {
        highest = overlap;
        best = group;
      }
    }
    if (best == null) {
      groups.add(Group.of(detection));
    } else {
      best.members().add(detection);
    }
  }
}
