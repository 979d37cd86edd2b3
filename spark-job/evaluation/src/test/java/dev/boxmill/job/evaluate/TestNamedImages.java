package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TestNamedImages {

  private final NamedImages images =
      new NamedImages(List.of("val/1.jpg", "day/2.jpg", "night/2.jpg", "", "win\\3.jpg"));

  @Test
  void fileNameIsEnoughWhereItIsTheOnlyOne() {
    assertThat(images.find("s3a://elsewhere/1.jpg")).isZero();
    assertThat(images.find("file:///set.tar!/win/3.jpg")).isEqualTo(4);
  }

  @Test
  void foldersTellImagesOfOneNameApart() {
    assertThat(images.find("file:///photos/night/2.jpg")).isEqualTo(2);
    assertThat(images.find("file:///photos/2.jpg")).isEqualTo(NamedImages.AMBIGUOUS);
  }

  @Test
  void theMoreFoldersAreEqualTheBetterAFileFits() {
    assertThat(images.fit("file:///photos/val/1.jpg", 0)).isEqualTo(2);
    assertThat(images.fit("file:///photos/train/1.jpg", 0)).isEqualTo(1);
  }

  @Test
  void otherNamesAreUnknown() {
    assertThat(images.find("file:///photos/4.jpg")).isEqualTo(NamedImages.UNKNOWN);
    assertThat(images.find("file:///photos/")).isEqualTo(NamedImages.UNKNOWN);
  }
}
