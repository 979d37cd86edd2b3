package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestAddressSecrets {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://AKIA:SECRETwJalr@lake/photos",
        "s3a://AKIA:/SECRETwJalr@lake/photos",
        "s3a://AKIA:12/SECRETwJalr@lake/photos",
        "s3a://AKIA:SECRET+wJ/alr@lake/photos",
        "s3a://AKIA%3ASECRETwJalr@lake/photos",
        "s3a://AKIA%3aSECRETwJalr%40lake/photos",
        "s3a://SECRETwJalr@lake/photos",
        "gs://SECRETwJalr@lake/photos",
        "S3A://AKIA:SECRETwJalr@lake/photos",
        "ftp://anna:SECRETwJalr@host/photos",
        "ftp://anna:/SECRET@host/photos",
        "hdfs://SECRETwJalr@namenode:8020/photos",
        "https://anna:SECRETwJalr@host/a.jpg",
        "abfss://container:SECRETwJalr@account.dfs.core.windows.net/photos"
      })
  void usersPasswordsAndTokensAreRefusedAndNotRepeated(String address) {
    assertThatThrownBy(() -> AddressSecrets.refuse(address))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("://***@… (must hold no credentials: ")
        .message()
        .doesNotContain("SECRET");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://lake.s3.amazonaws.com/a.jpg?X-Amz-Expires=60&X-Amz-Signature=SECRETwJalr",
        "https://lake.s3.amazonaws.com/a.jpg?X-Amz-Security-Token=SECRETwJalr",
        "https://lake.s3.amazonaws.com/a.jpg?AWSAccessKeyId=SECRET&Signature=SECRETwJalr",
        "https://storage.googleapis.com/lake/a.jpg?x-goog-signature=SECRETwJalr",
        "https://account.blob.core.windows.net/lake/a.jpg?sv=2022&sig=SECRETwJalr",
        "https://host/a.jpg?token=SECRETwJalr"
      })
  void signedAddressesAreRefusedAndNotRepeated(String address) {
    assertThatThrownBy(() -> AddressSecrets.refuse(address))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("/…?*** (must hold no credentials: ")
        .message()
        .doesNotContain("SECRET");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3a://lake/photos@home/a@b.jpg",
        "s3a://lake/12:30/a.jpg",
        "hdfs://namenode:8020/photos/a@b.jpg",
        "hdfs:///photos/a@b.jpg",
        "abfss://container@account.dfs.core.windows.net/photos",
        "https://host:8443/a@b.jpg",
        "https://host/a.jpg?width=640&page=2",
        "https://host/a.jpg?key=photos/a.jpg&auth=1",
        "file:///home/anna@work/a.jpg",
        "photos/key=12/sig=3.jpg",
        "/photos/a?token=1.jpg",
        "C:\\photos\\a@b.jpg"
      })
  void addressesWithoutKeysPass(String address) {
    assertThatCode(() -> AddressSecrets.refuse(address)).doesNotThrowAnyException();
  }
}
