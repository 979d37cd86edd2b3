package dev.boxmill.job.run;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.source.InputListing;
import dev.boxmill.job.source.ListedInputs;
import dev.boxmill.job.storage.SignedAddress;
import dev.boxmill.job.storage.WebFile;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** What opens images that failed: a table keeps no signatures, so the inputs are asked again. */
record FreshSignatures(Map<String, String> queries) {

  /**
   * Looks into the inputs, if an image on the web failed.
   *
   * @param failed the images' addresses
   * @param console for what is wrong with the inputs, which a retry can do without
   */
  static FreshSignatures of(
      LabelRequest request, Set<String> failed, SparkSession spark, PrintStream console) {
    Map<String, String> queries = new HashMap<>();
    if (request.inputs().isEmpty() || failed.stream().noneMatch(WebFile::isWeb)) {
      return new FreshSignatures(queries);
    }
    try (ListedInputs inputs =
        InputListing.list(spark, request.inputs(), request.format(), Optional.empty())) {
      for (ListedFile file : inputs.files()) {
        if (file.address().isSigned() && failed.contains(file.uri())) {
          queries.put(file.uri(), file.signedQuery());
        }
      }
    } catch (BadInputException unlisted) {
      console.println(unlisted.getMessage() + ": retrying without its signatures");
    }
    return new FreshSignatures(queries);
  }

  /** An image's address, signed if its input is. */
  SignedAddress address(String uri) {
    return new SignedAddress(uri, queries.getOrDefault(uri, ""));
  }
}
