/**
 * Which detection stands for which object: the exact assignment of least cost that DETR-family
 * detectors are trained with, and the cost of a pair.
 */
package dev.boxmill.job.matching;
