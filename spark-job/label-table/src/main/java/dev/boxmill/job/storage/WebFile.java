package dev.boxmill.job.storage;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.IDN;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file behind an {@code http} or {@code https} address. Hadoop's own client escapes addresses
 * that are escaped already, takes a query for a part of the name, and never gives up waiting. No
 * message here holds an address: it may be signed.
 */
public final class WebFile {

  private static final Pattern ADDRESS =
      Pattern.compile("(https?)://([^/?#]+)([^?#]*)(\\?[^#]*)?(#.*)?", Pattern.DOTALL);

  private static final String LITERAL = "-._~!$&'()*+,;=:@/?";
  private static final Pattern ESCAPE = Pattern.compile("%[0-9a-fA-F]{2}");

  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 30_000;
  private static final int MOST_REDIRECTS = 5;
  private static final int TOO_MANY_REQUESTS = 429;

  private WebFile() {}

  /** Whether it is such an address. */
  public static boolean isWeb(String uri) {
    return uri.startsWith("https://") || uri.startsWith("http://");
  }

  /**
   * Asks for the file.
   *
   * @throws NotReadableException if asking again won't help
   * @throws IOException if it might
   */
  public static InputStream open(SignedAddress address) throws IOException {
    URL next = url(address);
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpURLConnection connection = connection(next);
      int status = status(connection);
      if (status / 100 != 3) {
        return content(connection, status, address.isSigned());
      }
      next = redirected(next, connection);
    }
    throw new NotReadableException("its address leads on more than five times");
  }

  /** The address as it is asked for: what is escaped stays, and what must be is. */
  static URL url(SignedAddress address) throws NotReadableException {
    Matcher parts = ADDRESS.matcher(address.uri());
    if (!parts.matches()) {
      throw new NotReadableException("its address is no HTTP address");
    }
    String query = parts.group(4) == null ? "" : parts.group(4);
    try {
      return new URL(
          parts.group(1)
              + "://"
              + IDN.toASCII(parts.group(2))
              + escaped(parts.group(3).isEmpty() ? "/" : parts.group(3))
              + escaped(address.isSigned() ? "?" + address.signedQuery() : query));
    } catch (MalformedURLException | IllegalArgumentException invalid) {
      throw new NotReadableException("its address is no HTTP address");
    }
  }

  private static String escaped(String part) {
    Matcher escape = ESCAPE.matcher(part);
    StringBuilder escaped = new StringBuilder(part.length() + 16);
    for (int at = 0; at < part.length(); ) {
      int character = part.codePointAt(at);
      int end = at + Character.charCount(character);
      String text = part.substring(at, end);
      boolean plain = character < 0x80 && (Character.isLetterOrDigit(character) || isLiteral(text));
      if (plain || (character == '%' && escape.region(at, part.length()).lookingAt())) {
        escaped.append(text);
      } else {
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
          escaped.append("%%%02X".formatted(Byte.toUnsignedInt(one)));
        }
      }
      at = end;
    }
    return escaped.toString();
  }

  private static boolean isLiteral(String character) {
    return LITERAL.contains(character);
  }

  private static HttpURLConnection connection(URL url) throws IOException {
    if (!(url.openConnection() instanceof HttpURLConnection connection)) {
      throw new NotReadableException("its address leads to one that is no HTTP address");
    }
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setRequestProperty("User-Agent", "boxmill");
    connection.setRequestProperty("Accept", "*/*");
    return connection;
  }

  private static int status(HttpURLConnection connection) throws IOException {
    try {
      return connection.getResponseCode();
    } catch (UnknownHostException unknown) {
      throw new IOException("no host of its name is known here", unknown);
    }
  }

  private static URL redirected(URL from, HttpURLConnection connection) throws IOException {
    String location = connection.getHeaderField("Location");
    connection.disconnect();
    try {
      return URI.create(from.toString()).resolve(location).toURL();
    } catch (IllegalArgumentException | NullPointerException | MalformedURLException invalid) {
      throw new NotReadableException("its address leads to one that is no HTTP address");
    }
  }

  private static InputStream content(HttpURLConnection connection, int status, boolean signed)
      throws IOException {
    if (status == HttpURLConnection.HTTP_OK) {
      return new WholeStream(connection.getInputStream(), connection.getContentLengthLong());
    }
    connection.disconnect();
    String answer = "HTTP " + status;
    switch (status) {
      case HttpURLConnection.HTTP_NOT_FOUND, HttpURLConnection.HTTP_GONE ->
          throw new FileNotFoundException(answer);
      case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
          throw new NotReadableException("permission denied (" + answer + hint(signed) + ")");
      case HttpURLConnection.HTTP_CLIENT_TIMEOUT, TOO_MANY_REQUESTS ->
          throw new IOException("its host answers " + answer);
      default -> {
        if (status / 100 == 5) {
          throw new IOException("its host answers " + answer);
        }
        throw new NotReadableException("its host answers " + answer);
      }
    }
  }

  private static String hint(boolean signed) {
    return signed
        ? ": its signature may have expired"
        : ": no table keeps a signature; where one is needed, label --retry-failed with a list of"
            + " freshly signed addresses reads it, and commands without a list can't";
  }

  /** A stream that ends where its host said; Java's own ends early without a word. */
  private static final class WholeStream extends FilterInputStream {

    private final long length;
    private long read;

    WholeStream(InputStream stream, long length) {
      super(stream);
      this.length = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      int now = in.read(bytes, offset, count);
      if (now < 0 && read < length) {
        throw new EOFException("it ends after " + read + " of " + length + " bytes");
      }
      read += Math.max(0, now);
      return now;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(count);
      read += skipped;
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
