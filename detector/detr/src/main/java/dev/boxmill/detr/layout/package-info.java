/**
 * Checkpoints that are a bare {@code .pth}, as the detectors' authors and detrex publish them:
 * which network they are, told from names and shapes of their tensors, and how those names
 * translate.
 */
package dev.boxmill.detr.layout;
