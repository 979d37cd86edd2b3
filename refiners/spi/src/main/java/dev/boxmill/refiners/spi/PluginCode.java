package dev.boxmill.refiners.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/** Distinguishes versions of a plugin's code and files by their content. */
final class PluginCode {

  private PluginCode() {}

  /**
   * SHA-256 of the jar, or of the folder of classes, that a class comes from; empty for code that
   * comes with the host, in the contract's own jar.
   */
  static String sha256(Class<?> type) {
    Optional<URI> code = location(type);
    if (code.isEmpty() || code.equals(location(PluginCode.class))) {
      return "";
    }
    return sha256(code.get());
  }

  /** SHA-256 of a file. */
  static String sha256(Path file) {
    return sha256(file.toUri());
  }

  private static String sha256(URI content) {
    try {
      MessageDigest digest = DigestUtils.getSha256Digest();
      addContent(content, digest);
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + content, e);
    }
  }

  private static Optional<URI> location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      return source == null ? Optional.empty() : Optional.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot find where " + type.getName() + " comes from", e);
    }
  }

  private static void addContent(URI code, MessageDigest digest) throws IOException {
    try (DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      if (!code.getScheme().equals("file")) {
        try (InputStream in = code.toURL().openStream()) {
          in.transferTo(out);
        }
        return;
      }
      for (Path file : files(Path.of(code))) {
        Files.copy(file, out);
      }
    }
  }

  private static List<Path> files(Path jarOrFolder) throws IOException {
    try (Stream<Path> walk = Files.walk(jarOrFolder)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
