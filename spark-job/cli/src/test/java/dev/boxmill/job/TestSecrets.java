package dev.boxmill.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.image.Jpeg;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of stores get neither into what a run writes nor into what it says. */
final class TestSecrets {
  private static final String SECRET = "wJalrXUtnFEMIk7MDENGbPxRfiCYEXAMPLEKEY";
  private static final List<String> KEYS =
      List.of("fs.s3a.secret.key", "fs.s3a.session.token", "fs.s3a.bucket.lake.secret.key");

  @TempDir private Path folder;

  @AfterEach
  void forgetKeys() {
    KEYS.forEach(hadoop()::unset);
  }

  @Test
  void keysInTheConfigurationStayThere() throws IOException {
    KEYS.forEach(key -> hadoop().set(key, SECRET));
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Files.write(
        photos.resolve("a.jpg"),
        Jpeg.encode(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), 0.9f));
    Files.writeString(photos.resolve("b.jpg"), "garbage");
    Path output = folder.resolve("labels");

    TestingCommand command =
        label(photos.toString(), "--output", output.toString(), "--max-failure-rate", "1");

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out() + command.err()).doesNotContain(SECRET);
    try (Stream<Path> files = Files.walk(output)) {
      List<Path> written = files.filter(Files::isRegularFile).toList();
      assertThat(written).hasSizeGreaterThan(3);
      for (Path file : written) {
        assertThat(Files.readString(file, ISO_8859_1)).as(file.toString()).doesNotContain(SECRET);
      }
    }
  }

  @Test
  void keysInAddressesAreRefusedAndNotRepeated() throws IOException {
    String address = "s3a://AKIAEXAMPLE:" + SECRET + "@lake/photos";
    Path manifest = Files.writeString(folder.resolve("list.txt"), address + "/a.jpg\n");
    String output = folder.resolve("labels").toString();
    Path photos = Files.createDirectory(folder.resolve("photos"));
    Files.writeString(photos.resolve("a.jpg"), "garbage");

    for (TestingCommand command :
        List.of(
            label(address, "--output", output),
            label(manifest.toString(), "--output", output),
            label(photos.toString(), "--output", address))) {
      assertThat(command.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(command.out() + command.err())
          .contains("s3a://***@")
          .contains("must hold no credentials")
          .doesNotContain(SECRET)
          .doesNotContain("AKIAEXAMPLE");
    }
  }

  private static TestingCommand label(String input, String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "label";
    arguments[1] = "--input";
    arguments[2] = input;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return TestingCommand.run(arguments);
  }

  private static Configuration hadoop() {
    return TestingSpark.session().sparkContext().hadoopConfiguration();
  }
}
