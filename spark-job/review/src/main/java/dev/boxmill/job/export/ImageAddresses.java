package dev.boxmill.job.export;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How exports name images: by the path below the folder that all images share, and by an address
 * that a tool opens.
 *
 * @param shared start of every image's address, up to and with a slash; may be empty
 * @param root where the tool finds that folder; empty for where the images were read
 */
record ImageAddresses(String shared, Optional<String> root) {

  private static final Pattern SCHEME = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:/*");
  private static final Pattern HADOOP_S3 = Pattern.compile("^s3[an]://");
  private static final Pattern TAKES_KEYS = Pattern.compile("^(s3|gs|azure-blob|file)://.*");

  /** Between two addresses, the least and the greatest, lie all others that start as both do. */
  static ImageAddresses between(String least, String greatest, Optional<String> root) {
    int end = 0;
    while (end < Math.min(least.length(), greatest.length())
        && least.charAt(end) == greatest.charAt(end)) {
      end++;
    }
    String shared = least.substring(0, least.lastIndexOf('/', end - 1) + 1);
    return new ImageAddresses(shared, root.map(ImageAddresses::folder));
  }

  /**
   * The path below the shared folder. Parts that would lead out of a folder, as an archive's
   * entries may have them, become underscores.
   */
  String name(String uri) {
    String below =
        shared.isEmpty() ? SCHEME.matcher(uri).replaceFirst("") : uri.substring(shared.length());
    return Arrays.stream(below.split("/"))
        .map(part -> part.isEmpty() || part.equals(".") || part.equals("..") ? "_" : part)
        .collect(Collectors.joining("/"));
  }

  /** A path: below the root as it is, or the address in the table. */
  String path(String uri) {
    return root.map(folder -> folder + name(uri)).orElseGet(() -> local(uri));
  }

  /** A URL: percent-encoded below a root that a browser opens, as it is below a store's. */
  String url(String uri) {
    return root.map(
            folder ->
                folder + (TAKES_KEYS.matcher(folder).matches() ? name(uri) : encoded(name(uri))))
        .orElseGet(() -> HADOOP_S3.matcher(uri).replaceFirst("s3://"));
  }

  /** A name without its extension, by which tools join images and labels. */
  static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
  }

  private static String folder(String root) {
    return root.isEmpty() || root.endsWith("/") || root.endsWith("=") ? root : root + "/";
  }

  private static String local(String uri) {
    return uri.startsWith("file:///") ? uri.substring("file://".length()) : uri;
  }

  private static String encoded(String path) {
    return Arrays.stream(path.split("/"))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }
}
