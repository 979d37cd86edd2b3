package dev.boxmill.job.source;

import java.io.Serializable;

/**
 * A part of a Parquet file that can be read by itself.
 *
 * @param file as in the label table
 * @param firstRow its number in the file
 * @param columns of the file
 */
record RowGroup(String file, int index, long firstRow, long rows, TableColumns columns)
    implements Serializable {}
