/** Conditional DETR, and the decoder layer that its successors have from it. */
package dev.boxmill.detr.conditional;
