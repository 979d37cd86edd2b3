package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestSignedAddress {

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "https://lake.s3.amazonaws.com/a%20b.jpg"
            + " X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2026&X-Amz-Date=2026"
            + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=SECRET&x-id=GetObject",
        "https://lake.s3.amazonaws.com/a.jpg AWSAccessKeyId=SECRET&Expires=17&Signature=SECRET%3D",
        "https://storage.googleapis.com/lake/a.jpg X-Goog-Algorithm=x&X-Goog-Signature=SECRET",
        "https://storage.googleapis.com/lake/a.jpg GoogleAccessId=a&Expires=1&Signature=SECRET",
        "https://d1.cloudfront.net/a.jpg Policy=e&Signature=SECRET&Key-Pair-Id=SECRET",
        "https://account.blob.core.windows.net/lake/a.jpg sv=2022&se=2026&sr=b&sp=r&sig=SECRET",
        "https://lake.oss.aliyuncs.com/a.jpg OSSAccessKeyId=SECRET&Expires=1&Signature=SECRET",
        "https://lake.cos.qcloud.com/a.jpg q-sign-algorithm=sha1&q-ak=SECRET&q-signature=SECRET",
        "https://host/a.jpg token=SECRET",
        "https://host/a.jpg access_token=SECRET",
        "https://host/a.jpg X%2DAmz%2DSignature=SECRET",
        "https://host/a.jpg v=eyJhbGciOi.eyJzdWIiOi.SECRET",
        "https://host/a.jpg auth=SECRET0123456789abcdefABCDEF",
        "https://host/a.jpg auth_key=17-0-0-SECRET",
        "https://maps/a.jpg key=AIzaSECRET0123456789abcdefABCDEF_-01234",
        "s3a://lake/a.jpg X-Amz-Signature=SECRET",
        "abfss://lake@account.dfs.core.windows.net/a.jpg sig=SECRET",
      })
  void signatureIsNoPartOfTheName(String file, String query) {
    SignedAddress address = SignedAddress.of(file + "?" + query);

    assertThat(address.uri()).isEqualTo(file);
    assertThat(address.signedQuery()).isEqualTo(query);
    assertThat(address.toString()).doesNotContain("SECRET");
  }

  @Test
  void otherParametersOfASignedAddressStay() {
    SignedAddress address =
        SignedAddress.of("https://h/a.jpg?versionId=7&X-Amz-Signature=S&size=9&sv=1#part");

    assertThat(address.uri()).isEqualTo("https://h/a.jpg?versionId=7&size=9");
    assertThat(address.signedQuery()).isEqualTo("versionId=7&X-Amz-Signature=S&size=9&sv=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://host/a.jpg?key=photos/2026/a.jpg",
        "https://host/get?key=550e8400-e29b-41d4-a716-446655440000",
        "https://host/a.jpg?auth=1&code=de",
        "https://host/a.jpg?expires=never&policy=open",
        "https://host/a.jpg?sv=2&width=640",
        "https://host/a.jpg?x-oss-process=image/resize,w_100",
        "https://host/a.jpg?token=",
        "https://host/a.jpg?",
        "https://host/token=3/a.jpg",
        "s3a://lake/what?.jpg",
        "file:///photos/a?token=1.jpg",
        "a?token=1.jpg"
      })
  void harmlessParametersArePartOfTheName(String text) {
    assertThat(SignedAddress.of(text)).isEqualTo(new SignedAddress(text, ""));
  }
}
