package dev.boxmill.job.source;

import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.Locations;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;

/** Lists and reads a folder in a process of its own. */
final class TestingListing {

  private TestingListing() {}

  /** Takes the folder; prints each image's URI and content. */
  public static void main(String[] arguments) throws Exception {
    PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Configuration hadoop = new Configuration();
    FoundFiles found = FoundFiles.of(arguments[0], hadoop, file -> false);
    for (FileStatus file : found.inFolders()) {
      String uri = Locations.uri(file.getPath());
      byte[] content = new FileContent(ListedFile.image(uri, file.getLen()), hadoop).read();
      console.println(uri + "=" + new String(content, StandardCharsets.UTF_8));
    }
  }
}
