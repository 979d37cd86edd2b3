package dev.boxmill.job.images;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a file's name says about its content. */
public final class ImageNames {

  /** In folders and archives only these are images; a file that is named itself always is. */
  public static final List<String> IMAGE_EXTENSIONS =
      List.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "dib", "tif", "tiff");

  private static final Set<String> ARCHIVE_EXTENSIONS = Set.of("tar", "tgz");
  private static final Set<String> MANIFEST_EXTENSIONS = Set.of("csv", "txt", "lst", "list");
  private static final Set<String> PARQUET_EXTENSIONS = Set.of("parquet", "parq");

  private ImageNames() {}

  public static boolean isImage(String name) {
    return IMAGE_EXTENSIONS.contains(extension(name));
  }

  public static boolean isArchive(String name) {
    return ARCHIVE_EXTENSIONS.contains(extension(name))
        || name.toLowerCase(Locale.ROOT).endsWith(".tar.gz");
  }

  public static boolean isGzipped(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".gz") || lower.endsWith(".tgz");
  }

  public static boolean isManifest(String name) {
    return MANIFEST_EXTENSIONS.contains(extension(name));
  }

  public static boolean isParquet(String name) {
    return PARQUET_EXTENSIONS.contains(extension(name));
  }

  public static boolean isHiddenFolder(String name) {
    return name.startsWith("_") || name.startsWith(".");
  }

  /** An underscore alone does not hide an image: cameras write {@code _DSC1234.JPG}. */
  public static boolean isHiddenFile(String name) {
    return name.startsWith(".") || (name.startsWith("_") && !isImage(name));
  }

  /** The last part of a path, without its folders. */
  public static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** In lower case and without the dot; empty if there is none. */
  public static String extension(String name) {
    String base = baseName(name);
    int dot = base.lastIndexOf('.');
    return dot < 0 ? "" : base.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
