/**
 * Set prediction as detectors of the family are trained: which prediction stands for which object,
 * and what the difference costs. It knows no network, no data set and no cluster.
 */
package dev.boxmill.detr.criterion;
