/** What the transformers of the DETR family have in common: sizes, settings, and their tensors. */
package dev.boxmill.detr.transformer;
