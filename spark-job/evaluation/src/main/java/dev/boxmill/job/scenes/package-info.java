/**
 * Draws labelled scenes: pictures of six kinds of objects on textured backgrounds, with COCO
 * annotations.
 *
 * <p>The embedded detector learns from these scenes, and the bundled samples are a few of them. A
 * scene is a function of the seed and its index alone, so a folder can grow without changing what
 * it already holds.
 */
package dev.boxmill.job.scenes;
