/**
 * LW-DETR: its configuration, its tensors and its program; and of those what RF-DETR shares with
 * it.
 */
package dev.boxmill.detr.lwdetr;
