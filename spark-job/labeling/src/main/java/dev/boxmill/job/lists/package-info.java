/**
 * Lists of images as people and programs write them. {@link dev.boxmill.job.lists.ImageList} finds
 * out what a list is (lines, a delimited table, JSON, an S3 Inventory) and gives its addresses as
 * they are written; what they mean is the caller's matter. A line that should name an image and
 * doesn't is told apart from one that names none.
 */
package dev.boxmill.job.lists;
