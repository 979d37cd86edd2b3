package dev.boxmill.job.tiles;

/** What becomes of boxes that overlap, as SAHI names it. */
public enum JoinRule {
  /** Greedy non-maximum merging: the surest box takes in those that overlap it. */
  GREEDYNMM,

  /** Non-maximum merging: it also takes in those that overlap what it took in. */
  NMM,

  /** Non-maximum suppression: the surest box stays as it is, those that overlap it go. */
  NMS
}
