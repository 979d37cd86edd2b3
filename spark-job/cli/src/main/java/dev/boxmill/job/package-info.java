/**
 * The command line: {@link dev.boxmill.job.Boxmill} and one class per command. What a command does
 * lives below: {@code source} finds images, {@code session} labels them inside an executor, {@code
 * table} writes and reads the label table, {@code run} joins the three on Spark.
 */
package dev.boxmill.job;
