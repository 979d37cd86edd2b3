/**
 * Training of a network of the family on one device: its parameters, the gradient of a batch, and
 * the optimizer that walks along it. It knows no data set and no cluster.
 */
package dev.boxmill.detr.training;
