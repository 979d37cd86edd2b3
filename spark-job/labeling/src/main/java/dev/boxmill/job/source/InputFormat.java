package dev.boxmill.job.source;

import java.util.Locale;

/** What an {@code --input} is. */
public enum InputFormat {
  /** Decided for each input by its extension and, for Parquet, its columns. */
  AUTO,
  /** Image files: a folder with all below it, a pattern, or a single file. */
  FILES,
  /** CSV or Parquet that names the images. */
  MANIFEST,
  /** Parquet that holds the images' bytes. */
  PARQUET,
  /** Tar archives, perhaps gzipped. */
  WEBDATASET;

  /** The name as users write it. */
  public String optionValue() {
    return name().toLowerCase(Locale.ROOT);
  }
}
