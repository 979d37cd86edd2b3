/**
 * What makes a detector's scores probabilities: a curve for each class, and which detector it is
 * of.
 */
package dev.boxmill.schemas.calibration;
