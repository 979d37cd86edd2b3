/** What it costs to let a detection stand for an object, as DETR-family detectors count it. */
package dev.boxmill.job.matching;
