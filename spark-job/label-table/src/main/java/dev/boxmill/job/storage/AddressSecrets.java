package dev.boxmill.job.storage;

import dev.boxmill.job.error.BadInputException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys in addresses. What stands in an address gets into the table, its run record, messages and
 * logs, so such an address is refused and not repeated.
 */
final class AddressSecrets {

  private static final Pattern ADDRESS =
      Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#]*)(.*)", Pattern.DOTALL);

  /** Their authority is a bucket's name: no port, and no user. */
  private static final Set<String> BUCKETS =
      Set.of("s3", "s3a", "s3n", "gs", "gcs", "oss", "cos", "cosn", "obs", "r2");

  /** Their addresses are CONTAINER@ACCOUNT. */
  private static final Set<String> CONTAINERS = Set.of("abfs", "abfss", "wasb", "wasbs");

  private static final Pattern AT = Pattern.compile("@|%40");
  private static final Pattern PORT = Pattern.compile("[^:]*:\\d+");

  private AddressSecrets() {}

  /**
   * Passes addresses without keys.
   *
   * @throws BadInputException if there are any, without naming them
   */
  static void refuse(String text) {
    Matcher address = ADDRESS.matcher(text);
    if (!address.matches()) {
      return;
    }
    String scheme = address.group(1).toLowerCase(Locale.ROOT);
    if (hasUser(text)) {
      throw refused(
          scheme + "://***@…",
          "give them to the store's client, for S3 by an instance's role, AWS_ACCESS_KEY_ID or"
              + " fs.s3a.secret.key");
    }
    if (SignedAddress.of(text).isSigned()) {
      throw refused(
          scheme + "://" + address.group(2) + "/…?***",
          "a signed address lets in whoever reads the table: write it as a line of a list, of which"
              + " the signature is used and not kept, or give the store's client access");
    }
  }

  /** Whether a user, a password or a token stands before the host or bucket. */
  static boolean hasUser(String text) {
    Matcher address = ADDRESS.matcher(text);
    return address.matches()
        && hasUser(
            address.group(1).toLowerCase(Locale.ROOT),
            decoded(address.group(2)),
            decoded(address.group(3)));
  }

  /** An address that has a user, with three stars for all up to the host or bucket. */
  static String withoutUser(String text) {
    Matcher address = ADDRESS.matcher(text);
    if (!address.matches()) {
      return text;
    }
    String scheme = address.group(1) + "://";
    Matcher at = AT.matcher(text).region(scheme.length(), text.length());
    int host = -1;
    while (at.find() && (host < 0 || at.start() < address.end(2))) {
      host = at.end();
    }
    return scheme + "***@" + (host < 0 ? "…" : text.substring(host));
  }

  private static BadInputException refused(String shown, String remedy) {
    return new BadInputException(
        "Invalid URI: " + shown + " (must hold no credentials: " + remedy + ")");
  }

  /**
   * @param authority what stands before the first slash: a host, with a user before it or without;
   *     of a secret with slashes, its beginning
   */
  private static boolean hasUser(String scheme, String authority, String rest) {
    if (CONTAINERS.contains(scheme)) {
      return authority.contains(":");
    }
    if (BUCKETS.contains(scheme)) {
      return authority.contains("@") || authority.contains(":");
    }
    boolean port = PORT.matcher(authority).matches();
    return authority.contains("@") || (authority.contains(":") && !port && rest.contains("@"));
  }

  /** The two characters that make a user and a password, as they may be escaped. */
  private static String decoded(String text) {
    return text.replace("%3A", ":").replace("%3a", ":").replace("%40", "@");
  }
}
