/** DINO, on Deformable DETR's transformer. */
package dev.boxmill.detr.dino;
