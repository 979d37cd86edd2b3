/**
 * What could go wrong with a labelling run, found before it starts: {@link
 * dev.boxmill.job.preflight.Preflight} looks at the request on the driver as the run would, then
 * asks every executor to do in small what the run does, and measures how fast it goes.
 */
package dev.boxmill.job.preflight;
