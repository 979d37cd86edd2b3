/**
 * What a run is to label: lists of files that may be longer than memory, sorted and compared on
 * disk, and cut into chunks.
 *
 * <p>A list holds one entry for each image file, tar archive or Parquet table. {@link
 * dev.boxmill.job.manifest.FileSort} holds some hundred thousand entries at once and keeps the rest
 * in temporary files of about 40 bytes an entry, so that the driver's heap does not grow with the
 * number of images: a thousand million entries are 40 GB of temporary disk, sorted within an hour,
 * beside days of labelling.
 */
package dev.boxmill.job.manifest;
