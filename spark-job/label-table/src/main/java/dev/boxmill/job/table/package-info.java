/** The label table on disk: its Spark schema, its rows, and the folder that holds it. */
package dev.boxmill.job.table;
