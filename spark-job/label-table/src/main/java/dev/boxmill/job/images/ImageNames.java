package dev.boxmill.job.images;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a file's name says about its content. */
public final class ImageNames {

  /** In folders and archives only these are images; a file that is named itself always is. */
  public static final List<String> IMAGE_EXTENSIONS =
      List.of(
          "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "gif", "bmp", "dib", "tif",
          "tiff", "jp2", "j2k", "jpx", "jpf", "j2c", "jpc", "ppm", "pgm", "pbm", "pnm", "tga");

  /** Pictures that are not read, and videos, by what people call them. */
  private static final Map<String, Set<String>> OTHER_PICTURES =
      Map.ofEntries(
          Map.entry("HEIC", Set.of("heic", "heif", "hif")),
          Map.entry("AVIF", Set.of("avif")),
          Map.entry("JPEG XL", Set.of("jxl")),
          Map.entry("DICOM", Set.of("dcm", "dicom")),
          Map.entry("Photoshop", Set.of("psd", "psb")),
          Map.entry("SVG", Set.of("svg", "svgz")),
          Map.entry("PDF", Set.of("pdf")),
          Map.entry(
              "video",
              Set.of(
                  "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "wmv", "flv", "mts",
                  "m2ts", "3gp")),
          Map.entry("OpenEXR", Set.of("exr")),
          Map.entry("Radiance HDR", Set.of("hdr")),
          Map.entry("PCX", Set.of("pcx")),
          Map.entry("SGI", Set.of("sgi", "rgb", "rgba")),
          Map.entry("icon", Set.of("ico", "icns", "cur")),
          Map.entry("DDS", Set.of("dds")),
          Map.entry("QOI", Set.of("qoi")),
          Map.entry("FITS", Set.of("fits", "fit")),
          Map.entry("PFM", Set.of("pfm")),
          Map.entry("GIMP", Set.of("xcf")),
          Map.entry("PostScript", Set.of("ps", "eps")),
          Map.entry(
              "raw photo",
              Set.of(
                  "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "orf", "rw2", "raf",
                  "pef", "srw", "x3f")));

  private static final Set<String> ARCHIVE_EXTENSIONS =
      Set.of("tar", "tgz", "taz", "tbz", "tbz2", "tb2", "txz", "tzst", "tlz4");

  /** After {@code .tar} or a list's extension. */
  private static final Set<String> COMPRESSED_EXTENSIONS =
      Set.of("gz", "bz2", "xz", "zst", "zstd", "lz4", "z");

  /** Archives that are not read. */
  private static final Set<String> OTHER_ARCHIVE_EXTENSIONS = Set.of("zip", "7z", "rar");

  private static final Set<String> MANIFEST_EXTENSIONS =
      Set.of("csv", "tsv", "txt", "lst", "list", "json", "jsonl", "ndjson", "manifest");
  private static final Set<String> PARQUET_EXTENSIONS = Set.of("parquet", "parq");

  /** What systems and programs leave in folders, whatever is named like an image in it. */
  private static final Set<String> JUNK_FOLDERS =
      Set.of("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found");

  private static final Set<String> JUNK_FILES =
      Set.of("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r");

  private static final Pattern COMPRESSED =
      Pattern.compile(
          "\\.(" + String.join("|", COMPRESSED_EXTENSIONS) + ")$", Pattern.CASE_INSENSITIVE);

  private ImageNames() {}

  public static boolean isImage(String name) {
    return IMAGE_EXTENSIONS.contains(extension(name));
  }

  /**
   * What a picture or video that is not read is called, such as {@code HEIC}; empty for all else.
   */
  public static Optional<String> otherPicture(String name) {
    String extension = extension(name);
    return OTHER_PICTURES.entrySet().stream()
        .filter(kind -> kind.getValue().contains(extension))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** A tar archive, compressed or not. */
  public static boolean isArchive(String name) {
    String extension = extension(name);
    return ARCHIVE_EXTENSIONS.contains(extension)
        || (COMPRESSED_EXTENSIONS.contains(extension)
            && extension(name.substring(0, name.lastIndexOf('.'))).equals("tar"));
  }

  /** An archive of a kind that is not read. */
  public static boolean isOtherArchive(String name) {
    return OTHER_ARCHIVE_EXTENSIONS.contains(extension(name));
  }

  /** A list of images, perhaps packed; what is packed and has no other extension is one. */
  public static boolean isManifest(String name) {
    String unpacked = unpacked(name);
    return MANIFEST_EXTENSIONS.contains(extension(unpacked))
        || (!unpacked.equals(name) && extension(unpacked).isEmpty());
  }

  /** A name without an ending that says how the file is compressed. */
  public static String unpacked(String name) {
    return COMPRESSED.matcher(name).replaceFirst("");
  }

  public static boolean isParquet(String name) {
    return PARQUET_EXTENSIONS.contains(extension(name));
  }

  /** As Spark has it: {@code _year=2026} holds a partition's rows. */
  public static boolean isHiddenFolder(String name) {
    return name.startsWith(".")
        || (name.startsWith("_") && name.indexOf('=') < 0)
        || JUNK_FOLDERS.contains(name);
  }

  /** An underscore alone does not hide an image: cameras write {@code _DSC1234.JPG}. */
  public static boolean isHiddenFile(String name) {
    return name.startsWith(".") || (name.startsWith("_") && !isImage(name));
  }

  /** A file that no one put there to be seen, as {@code .DS_Store} or {@code Thumbs.db}. */
  public static boolean isJunkFile(String name) {
    boolean checksum = name.endsWith(".crc"); // Hadoop's own, one beside each file
    return (name.startsWith(".") && !checksum)
        || JUNK_FILES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether a path in an archive is such a file, or lies in a hidden folder or a system's. */
  public static boolean isJunk(String path) {
    String[] parts = path.split("/");
    for (int i = 0; i < parts.length - 1; i++) {
      if (isJunkFolder(parts[i])) {
        return true;
      }
    }
    return isJunkFile(baseName(path));
  }

  /** An underscore alone says nothing in an archive, whose folders one tool packed. */
  private static boolean isJunkFolder(String name) {
    boolean hidden = name.startsWith(".") && !name.equals(".") && !name.equals("..");
    return hidden || JUNK_FOLDERS.contains(name);
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
