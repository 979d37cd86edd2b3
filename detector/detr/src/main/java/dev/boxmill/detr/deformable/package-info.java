/** Deformable DETR, and the transformer that DINO shares with it. */
package dev.boxmill.detr.deformable;
