/**
 * RefineBox (arXiv 2307.11828): a small trained network that reads the frozen detector's backbone
 * features where each box lies and moves the box. Classes and scores stay.
 */
package dev.boxmill.refiners.refinebox;
