/** Image files to pixels, and pixels to what a checkpoint's network wants to see. */
package dev.boxmill.detr.image;
