package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** The class path of the tests has no S3 client, as a plain Spark has none. */
final class TestLocations {

  private static final String WITHOUT_S3 =
      ": the client of the filesystem s3a is not on the class path (add hadoop-aws and the AWS SDK"
          + " bundle: './mvnw -Ps3 package' puts them in spark-job/cli/target/s3, give those jars to"
          + " spark-submit with --jars or run on a Spark that has them; ./boxmill takes them where"
          + " an argument names s3a://, and not for a manifest's addresses alone)";

  @Test
  void storeWithoutItsClientIsBadInput() {
    Path photos = new Path("s3a://photos/2026");
    assertThatThrownBy(() -> Locations.store(photos, new Configuration()))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Cannot open s3a://photos/2026" + WITHOUT_S3);
  }

  @Test
  void clientsOfOtherSchemesAreNamedToo() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.ore.impl", "no.such.OreFileSystem");
    Path photos = new Path("ore://photos/2026");
    assertThatThrownBy(() -> Locations.store(photos, hadoop))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot open ore://photos/2026: the client of the filesystem ore is not on the class"
                + " path (add its jars with spark-submit --jars)");
  }

  @Test
  void credentialsAreToldFromPortsAndNames() throws IOException {
    Path folder = new Path("file:///photos");
    for (String text : List.of("a:b@c.jpg", "dir/x:y@z.jpg", "file:///a:b@c", "file:///9:9@c")) {
      assertThat(Locations.relativeTo(folder, text).toString()).contains("@");
    }
    for (String text : List.of("hdfs://head:8020/a@b", "abfs://photos@account/a", "hdfs://h:1")) {
      assertThat(Locations.relativeTo(folder, text).toString()).isEqualTo(text);
    }
    for (String text : List.of("s3a://K:S@lake/a", "s3a://K:S/x+y@lake/a", "s3a://:S@lake")) {
      assertThatThrownBy(() -> Locations.relativeTo(folder, text))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("Invalid URI: s3a://***@… (must hold no credentials");
    }
  }

  @Test
  void keysThatTheS3ClientChangesAreKnown() {
    assertThat(Locations.isMergedByClient("s3a://b/a//b.jpg")).isTrue();
    assertThat(Locations.isMergedByClient("s3a://b//a.jpg")).isTrue();
    assertThat(Locations.isMergedByClient("s3a://b/a/b.jpg")).isFalse();
    assertThat(Locations.isMergedByClient("file:///a//b.jpg")).isFalse();
  }
}
