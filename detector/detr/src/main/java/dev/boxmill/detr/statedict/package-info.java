/**
 * State dicts without a configuration, {@code .pth} files as the detectors' authors and detrex
 * publish them: the names and shapes of their tensors, and how the names map to Hugging Face's.
 */
package dev.boxmill.detr.statedict;
