/** DETR: the original of the family, as transformers' {@code DetrForObjectDetection} has it. */
package dev.boxmill.detr.detr;
