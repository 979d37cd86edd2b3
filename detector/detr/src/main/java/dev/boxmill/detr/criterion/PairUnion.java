package dev.boxmill.detr.criterion;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The pairs of all sets of predictions together, as D-FINE's criterion makes them: a query stands
 * for the object that most sets gave it, the first one where several did as often.
 */
final class PairUnion {

  private record Pair(int query, int object) {}

  private PairUnion() {}

  /**
   * Unites pairs.
   *
   * @param sets of the same queries
   * @param objects of each image
   */
  static MatchedPairs of(Collection<MatchedPairs> sets, List<List<TargetObject>> objects) {
    List<Integer> images = new ArrayList<>();
    List<Integer> queries = new ArrayList<>();
    List<TargetObject> united = new ArrayList<>();
    for (int image = 0; image < objects.size(); image++) {
      for (Pair pair : ofImage(sets, image, objects.get(image))) {
        images.add(image);
        queries.add(pair.query());
        united.add(objects.get(image).get(pair.object()));
      }
    }
    return new MatchedPairs(images, queries, united);
  }

  private static List<Pair> ofImage(
      Collection<MatchedPairs> sets, int image, List<TargetObject> objects) {
    Map<Pair, Integer> counts =
        new TreeMap<>(Comparator.comparingInt(Pair::query).thenComparingInt(Pair::object));
    for (MatchedPairs set : sets) {
      for (int i = 0; i < set.images().size(); i++) {
        if (set.images().get(i) == image) {
          Pair pair = new Pair(set.queries().get(i), place(set.objects().get(i), objects));
          counts.merge(pair, 1, Integer::sum);
        }
      }
    }
    List<Pair> byCount = new ArrayList<>(counts.keySet());
    byCount.sort(Comparator.comparingInt((Pair pair) -> counts.get(pair)).reversed());
    Set<Integer> seen = new HashSet<>();
    return byCount.stream()
        .filter(pair -> seen.add(pair.query()))
        .sorted(Comparator.comparingInt(Pair::query))
        .toList();
  }

  /** The object itself: another one may equal it. */
  private static int place(TargetObject object, List<TargetObject> objects) {
    for (int i = 0; i < objects.size(); i++) {
      if (isSame(objects.get(i), object)) {
        return i;
      }
    }
    throw new IllegalArgumentException("Unknown object " + object + " (known: " + objects + ")");
  }

  @SuppressWarnings("ReferenceEquality") // two objects of an image may have one box and class
  private static boolean isSame(TargetObject one, TargetObject other) {
    return one == other;
  }
}
