/** Large pictures in tiles: which tiles, and one list of boxes from those of all tiles. */
package dev.boxmill.job.tiles;
