/**
 * For plugin authors' tests: the contract as JUnit 5 tests, and random batches to refine. Needs
 * {@code junit-jupiter} on the class path; a run never loads it.
 */
package dev.boxmill.refiners.spi.testing;
