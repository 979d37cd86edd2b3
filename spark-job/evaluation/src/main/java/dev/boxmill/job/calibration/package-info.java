/**
 * How scores and chances agree, and curves that make chances of scores. Plain arithmetic: what was
 * matched to what is found elsewhere.
 */
package dev.boxmill.job.calibration;
