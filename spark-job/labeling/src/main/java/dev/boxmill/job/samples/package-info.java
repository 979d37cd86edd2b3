/** The scenes in the jar, for a first run without photographs. */
package dev.boxmill.job.samples;
