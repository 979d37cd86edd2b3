package dev.boxmill.detr.criterion;

/**
 * What a set of predictions should be.
 *
 * @param pairs predictions that stand for objects, as to their classes
 * @param boxPairs as to their boxes
 * @param classDivisor of the class loss
 * @param boxDivisor of the losses of boxes
 * @param matchedAlone whether the other predictions carry no loss, not even as background
 */
record SetTargets(
    MatchedPairs pairs,
    MatchedPairs boxPairs,
    double classDivisor,
    double boxDivisor,
    boolean matchedAlone) {}
