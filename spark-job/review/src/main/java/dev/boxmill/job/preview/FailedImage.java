package dev.boxmill.job.preview;

/** A failed row of the table. */
record FailedImage(String uri, String category, String message) {}
