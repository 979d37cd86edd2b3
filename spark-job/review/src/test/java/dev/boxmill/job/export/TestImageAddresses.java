package dev.boxmill.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestImageAddresses {

  @Test
  void namesArePathsBelowTheSharedFolder() {
    ImageAddresses addresses =
        ImageAddresses.between(
            "s3a://b/2026/a/1.jpg", "s3a://b/2026/ab/2.jpg", Optional.of("/photos"));

    assertThat(addresses.shared()).isEqualTo("s3a://b/2026/");
    assertThat(addresses.name("s3a://b/2026/ab/2.jpg")).isEqualTo("ab/2.jpg");
    assertThat(addresses.path("s3a://b/2026/ab/2.jpg")).isEqualTo("/photos/ab/2.jpg");
  }

  @Test
  void oneImageIsNamedByItsFile() {
    ImageAddresses addresses =
        ImageAddresses.between("file:///x/1.jpg", "file:///x/1.jpg", Optional.empty());

    assertThat(addresses.name("file:///x/1.jpg")).isEqualTo("1.jpg");
    assertThat(addresses.path("file:///x/1.jpg")).isEqualTo("/x/1.jpg");
  }

  @Test
  void imagesOfSeveralStoresAreNamedByStoreAndPath() {
    ImageAddresses addresses =
        ImageAddresses.between("file:///x/1.jpg", "s3a://b/2.jpg", Optional.empty());

    assertThat(addresses.shared()).isEmpty();
    assertThat(addresses.name("file:///x/1.jpg")).isEqualTo("x/1.jpg");
    assertThat(addresses.name("s3a://b/2.jpg")).isEqualTo("b/2.jpg");
  }

  @Test
  void anArchiveIsAFolder() {
    String uri = "s3a://b/train.tar!/000/1.jpg";
    ImageAddresses addresses =
        ImageAddresses.between(uri, "s3a://b/train.tar!/001/1.jpg", Optional.empty());

    assertThat(addresses.name(uri)).isEqualTo("000/1.jpg");
    assertThat(addresses.url(uri)).isEqualTo("s3://b/train.tar!/000/1.jpg");
  }

  @Test
  void noNameLeadsOutOfItsFolder() {
    ImageAddresses addresses = new ImageAddresses("file:///x/t.tar!/", Optional.empty());

    assertThat(addresses.name("file:///x/t.tar!/../../etc/./passwd")).isEqualTo("_/_/etc/_/passwd");
    assertThat(addresses.name("file:///x/t.tar!//etc//passwd")).doesNotStartWith("/");
  }
}
