package dev.boxmill.job.fuse;

import dev.boxmill.job.fuse.FusionRules.Confidence;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Weighted boxes fusion (Solovyev, Wang and Gabruseva 2021, "Weighted boxes fusion: Ensembling
 * boxes from different object detection models"), equal to the package {@code ensemble-boxes}.
 * Class by class and from the highest score down, each box joins the fused box that it overlaps
 * most, and moves it; or begins one. Boxes are clipped to their image, and those without area there
 * go.
 *
 * @param rules weights of all tables, by number
 */
record WeightedBoxesFusion(FusionRules rules) implements Serializable {

  /**
   * Boxes that a table has of an image.
   *
   * @param table its number
   * @param boxes with label ids that all tables share
   */
  record TableBoxes(int table, List<LabeledBox> boxes) {}

  /**
   * One box of a table.
   *
   * @param score times the table's weight
   */
  private record Member(int table, double score, LabeledBox box, Place place) {}

  /** Corners in double precision. */
  private record Place(double xMin, double yMin, double xMax, double yMax) {

    static Place of(Corners box, ImageSize image) {
      return new Place(
          clipped(Math.min(box.xMin(), box.xMax()), image.width()),
          clipped(Math.min(box.yMin(), box.yMax()), image.height()),
          clipped(Math.max(box.xMin(), box.xMax()), image.width()),
          clipped(Math.max(box.yMin(), box.yMax()), image.height()));
    }

    private static double clipped(double value, int side) {
      return Math.max(0, Math.min(side, value));
    }

    double area() {
      return (xMax - xMin) * (yMax - yMin);
    }

    double iou(Place other) {
      double width = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
      double height = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
      double shared = Math.max(0, width) * Math.max(0, height);
      return shared / (area() + other.area() - shared);
    }

    Corners corners() {
      return new Corners((float) xMin, (float) yMin, (float) xMax, (float) yMax);
    }
  }

  /** A fused box while others join it. */
  private static final class Cluster {
    private final List<Member> members = new ArrayList<>();
    private Place place;

    Cluster(Member first) {
      members.add(first);
      place = first.place();
    }

    void join(Member member) {
      members.add(member);
      double sum = scores();
      place =
          new Place(
              mean(Place::xMin, sum),
              mean(Place::yMin, sum),
              mean(Place::xMax, sum),
              mean(Place::yMax, sum));
    }

    private double scores() {
      return members.stream().mapToDouble(Member::score).sum();
    }

    private double mean(ToDoubleFunction<Place> side, double scores) {
      return members.stream()
              .mapToDouble(member -> member.score() * side.applyAsDouble(member.place()))
              .sum()
          / scores;
    }
  }

  /**
   * The fused boxes, by descending score. Each has the class of its boxes, and as its detector's
   * box that of the surest of them.
   *
   * @param tables those that labeled the image
   */
  List<LabeledBox> fuse(List<TableBoxes> tables, ImageSize image) {
    List<LabeledBox> fused = new ArrayList<>();
    for (List<Member> members : byClass(tables, image).values()) {
      List<Cluster> clusters = new ArrayList<>();
      members.sort(Comparator.comparingDouble(Member::score).reversed());
      members.forEach(member -> add(member, clusters));
      clusters.forEach(cluster -> fused.add(box(cluster, tables)));
    }
    fused.sort(Comparator.comparingDouble(LabeledBox::score).reversed());
    return fused;
  }

  private Map<Integer, List<Member>> byClass(List<TableBoxes> tables, ImageSize image) {
    Map<Integer, List<Member>> byClass = new TreeMap<>();
    for (TableBoxes table : tables) {
      for (LabeledBox box : table.boxes()) {
        Place place = Place.of(box.corners(), image);
        if (box.score() >= rules.minScore() && box.score() > 0 && place.area() > 0) {
          byClass
              .computeIfAbsent(box.labelId(), none -> new ArrayList<>())
              .add(new Member(table.table(), box.score() * weight(table.table()), box, place));
        }
      }
    }
    return byClass;
  }

  private double weight(int table) {
    return rules.weights().get(table);
  }

  private void add(Member member, List<Cluster> clusters) {
    Cluster best = null;
    double highest = rules.iou();
    for (Cluster cluster : clusters) {
      double iou = cluster.place.iou(member.place());
      if (iou > highest) {
        highest = iou;
        best = cluster;
      }
    }
    if (best == null) {
      clusters.add(new Cluster(member));
    } else {
      best.join(member);
    }
  }

  private LabeledBox box(Cluster cluster, List<TableBoxes> tables) {
    LabeledBox surest = cluster.members.get(0).box();
    float score = (float) Math.min(1, score(cluster, tables));
    return new LabeledBox(
        surest.labelId(), surest.label(), score, cluster.place.corners(), surest.corners());
  }

  private double score(Cluster cluster, List<TableBoxes> tables) {
    double sum = cluster.scores();
    int count = cluster.members.size();
    double all = tables.stream().mapToDouble(table -> weight(table.table())).sum();
    double ofBoxes = cluster.members.stream().mapToDouble(one -> weight(one.table())).sum();
    double present =
        cluster.members.stream().map(Member::table).distinct().mapToDouble(this::weight).sum();
    double most = tables.stream().mapToDouble(table -> weight(table.table())).max().orElseThrow();
    Confidence confidence = rules.confidence();
    return switch (confidence) {
      case AVG -> sum / count * Math.min(tables.size(), count) / all;
      case MAX -> cluster.members.get(0).score() / most;
      case BOX_AND_MODEL_AVG -> sum / ofBoxes * present / all;
      case ABSENT_MODEL_AWARE_AVG -> sum / (ofBoxes + all - present);
    };
  }
}
