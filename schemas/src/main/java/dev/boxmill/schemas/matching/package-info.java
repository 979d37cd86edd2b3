/**
 * Which detection stands for which object: the exact assignment of least cost that DETR-family
 * detectors are trained and measured with.
 */
package dev.boxmill.schemas.matching;
