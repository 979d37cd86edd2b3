/**
 * The contract of refiner plugins. An author writes a {@link
 * dev.boxmill.refiners.spi.RefinerPlugin}, which lists {@link
 * dev.boxmill.refiners.spi.RefinerFactory}s, which make {@link
 * dev.boxmill.refiners.spi.BoxRefiner}s (or the simpler {@link
 * dev.boxmill.refiners.spi.ImageRefiner}), and tests them with {@link
 * dev.boxmill.refiners.spi.testing.BoxRefinerContract}.
 *
 * <p>The host's side is {@link dev.boxmill.refiners.spi.Refiners}: found plugins, checked command
 * lines, and the {@link dev.boxmill.refiners.spi.RefinerChain} of a run.
 */
package dev.boxmill.refiners.spi;
