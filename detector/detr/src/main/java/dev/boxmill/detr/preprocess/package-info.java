/**
 * From pixels to the input of a checkpoint's network: resized, rescaled, normalized.
 *
 * <p>Resizing is PyTorch's antialiased filter on bytes. Over scikit-image's photographs, 0.4 % of
 * samples differ from Pillow's, by 2 at most (bilinear); transformers' own fast processors run the
 * same filter.
 */
package dev.boxmill.detr.preprocess;
