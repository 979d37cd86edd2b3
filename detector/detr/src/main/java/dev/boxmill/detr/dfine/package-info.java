/**
 * D-FINE and the networks that share its graph: its configuration, its tensors and its program; and
 * what its successor DEIMv2 has of it.
 */
package dev.boxmill.detr.dfine;
