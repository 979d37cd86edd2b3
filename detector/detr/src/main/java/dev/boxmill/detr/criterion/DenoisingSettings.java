package dev.boxmill.detr.criterion;

/**
 * How a network learns to clean noised copies of objects.
 *
 * @param kind whose way it is
 * @param number of copies, in the unit of its kind
 * @param labelNoise DN-DETR: share of labels that are replaced by random ones; else twice that
 *     share
 * @param boxNoise how far corners move, in halves of the box
 */
public record DenoisingSettings(Kind kind, int number, double labelNoise, double boxNoise) {

  /** Whose way it is. */
  public enum Kind {
    /** DN-DETR: so many groups, each with every object once; unused slots carry no loss. */
    DN {
      @Override
      int groups(int number, int mostObjects) {
        return number;
      }
    },
    /**
     * DINO: each object twice, near and far; all slots but the near ones learn to be background.
     */
    DINO {
      @Override
      int groups(int number, int mostObjects) {
        int doubled = 2 * number;
        return Math.max(doubled < MANY ? doubled : doubled / (2 * mostObjects), 1);
      }
    },
    /** RT-DETR: as DINO, but for the number of groups, and unused slots hold an empty box. */
    RT_DETR {
      @Override
      int groups(int number, int mostObjects) {
        return Math.max(number / mostObjects, 1);
      }
    },
    /**
     * D-FINE: as RT-DETR, but where noise turned a box over, its sides count without their sign.
     */
    D_FINE {
      @Override
      int groups(int number, int mostObjects) {
        return RT_DETR.groups(number, mostObjects);
      }
    };

    /** From which number on DINO's code divides it by the objects. */
    private static final int MANY = 100;

    abstract int groups(int number, int mostObjects);
  }

  /** Groups of slots, where one image has so many objects and none more. */
  int groups(int mostObjects) {
    return kind.groups(number, mostObjects);
  }

  /** Whether each object also has a copy that is too far to be it. */
  boolean isContrastive() {
    return kind != Kind.DN;
  }

  /** Whether unused slots have a class of their own, with an empty box. */
  boolean hasUnusedClass() {
    return kind == Kind.RT_DETR || kind == Kind.D_FINE;
  }

  /** A side of a noised box. */
  float side(float length) {
    return kind == Kind.D_FINE ? Math.abs(length) : length;
  }

  /** Labels are replaced by random ones where a uniform number is below it. */
  double labelThreshold() {
    return kind == Kind.DN ? labelNoise : 0.5 * labelNoise;
  }
}
