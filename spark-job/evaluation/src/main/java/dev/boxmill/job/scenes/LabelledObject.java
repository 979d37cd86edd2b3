package dev.boxmill.job.scenes;

import java.awt.geom.Rectangle2D;

/**
 * An object's annotation.
 *
 * @param box tight around what is visible of the object, in pixels, inside the picture
 * @param visiblePixels how many pixels show the object
 */
record LabelledObject(ObjectKind kind, Rectangle2D.Double box, int visiblePixels) {}
