package dev.boxmill.job.source;

import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.SignedAddress;
import dev.boxmill.job.storage.WebFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Addresses in a table's rows, which start at the table's folder. */
final class TableAddresses {

  private TableAddresses() {}

  /**
   * As the label table names it; one that is no address stays as it is, and fails where it is read.
   *
   * @throws dev.boxmill.job.error.BadInputException if the text holds credentials
   */
  static SignedAddress of(String text, String table, Configuration hadoop) {
    SignedAddress address = SignedAddress.of(text);
    Locations.refuseCredentials(address.uri());
    return WebFile.isWeb(address.uri())
        ? address
        : new SignedAddress(below(address.uri(), table, hadoop), address.signedQuery());
  }

  private static String below(String text, String table, Configuration hadoop) {
    try {
      Path path = Locations.relativeTo(new Path(table).getParent(), text);
      return Locations.uri(
          path.toUri().getScheme() == null
              ? path.makeQualified(FileSystem.getDefaultUri(hadoop), new Path("/"))
              : path);
    } catch (IllegalArgumentException noAddress) {
      return text;
    }
  }
}
