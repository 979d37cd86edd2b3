package dev.boxmill.job.lists;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** What columns and fields of images' addresses are called; case, blanks and signs don't matter. */
public final class AddressColumns {

  /** The best first. */
  public static final List<String> NAMES =
      List.of(
          "uri",
          "image_uri",
          "path",
          "url",
          "image_path",
          "image_url",
          "file_path",
          "file_uri",
          "file_url",
          "s3_uri",
          "s3_path",
          "s3_url",
          "gcs_uri",
          "source_ref",
          "image_ref",
          "file_name",
          "image_file",
          "image_file_name",
          "img_path",
          "img_url",
          "image_name",
          "img_name",
          "coco_url",
          "flickr_url",
          "key",
          "object_key",
          "image",
          "img",
          "file",
          "location",
          "src");

  /** What messages tell of them. */
  static final String KNOWN = String.join(", ", NAMES);

  private static final List<String> FOLDED = NAMES.stream().map(AddressColumns::folded).toList();

  private AddressColumns() {}

  /** Which of the names is the best. */
  static OptionalInt best(List<String> names) {
    List<String> folded = names.stream().map(AddressColumns::folded).toList();
    return FOLDED.stream().mapToInt(folded::indexOf).filter(at -> at >= 0).findFirst();
  }

  /** Whether such a name is known. */
  static boolean isKnown(String name) {
    return FOLDED.contains(folded(name));
  }

  /** {@code Image Path}, {@code imagePath} and {@code image-path} are one. */
  public static String folded(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[\\s_.-]", "");
  }
}
