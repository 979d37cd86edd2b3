/**
 * Training of RefineBox (arXiv 2307.11828, section 3; reference code refinebox/models/layers): the
 * gradient of a picture's matched boxes on one device, and the optimizer that walks along the sum
 * of many. It knows no data set and no cluster.
 */
package dev.boxmill.refiners.refinebox.training;
