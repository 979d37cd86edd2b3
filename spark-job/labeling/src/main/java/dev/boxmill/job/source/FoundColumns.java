package dev.boxmill.job.source;

import java.io.Serializable;

/**
 * The columns of a Parquet file, for messages.
 *
 * @param bytes those of bytes
 * @param texts those of text
 * @param plain those that can be carried along
 */
record FoundColumns(String bytes, String texts, String plain) implements Serializable {}
