package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CPU is a device too. */
final class TestDeviceTable {
  @TempDir private Path pictures;

  @Test
  void aRowForEachBatchAndOneFromFiles() throws IOException {
    for (ImageInput scene : BundledSamples.scenes().subList(0, 2)) {
      String name = scene.uri().substring(scene.uri().lastIndexOf('/') + 1);
      Files.write(pictures.resolve(name), scene.content().read());
    }
    StringWriter out = new StringWriter();

    boolean same =
        DeviceTable.run(
            new DeviceTable.Request(
                Device.cpu(), List.of(DeviceTable.EMBEDDED), List.of(1, 2), 1, pictures),
            new PrintWriter(out));

    assertThat(same).isTrue();
    assertThat(out.toString())
        .containsPattern("embedded +scores 0\\.0")
        .containsPattern("embedded +batch +1 +[0-9.]+ images/s +[0-9.]+ ms an image, from resized")
        .containsPattern("embedded +batch +2 .* from resized")
        .containsPattern("embedded +batch +2 .* from JPEG");
  }
}
