package dev.boxmill.refiners.boxes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.Refiners;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestBoxesPlugin {

  @Test
  void isFoundByTheServicesFile() {
    assertThat(Refiners.find().factories())
        .extracting(RefinerFactory::name)
        .containsExactly("calibrate", "clip", "merge-duplicates", "nmw", "soft-nms");
  }

  @Test
  void chainOfBothIsUnderstood() {
    assertThat(Refiners.find().parse(List.of("merge-duplicates:iou=0.5", "clip")))
        .hasToString("[merge-duplicates:iou=0.5, clip:min-size=1.0]");
    assertThat(Refiners.find().parse(List.of("merge-duplicates:across=true")))
        .hasToString("[merge-duplicates:iou=0.7,across=true]");
    assertThat(Refiners.find().parse(List.of("merge-duplicates:across=false")))
        .hasToString("[merge-duplicates:iou=0.7]");
  }
}
