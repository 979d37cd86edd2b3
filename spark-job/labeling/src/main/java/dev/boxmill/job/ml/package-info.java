/**
 * Labelling as a stage of Spark ML pipelines, for programs that have their images in a DataFrame.
 */
package dev.boxmill.job.ml;
