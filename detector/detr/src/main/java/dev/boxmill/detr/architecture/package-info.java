/**
 * What a network of the family is: its architecture, the formats of its checkpoints, the names of
 * its classes. Each network has a package of its own on top of this one; {@code DetrFamily} lists
 * them.
 */
package dev.boxmill.detr.architecture;
