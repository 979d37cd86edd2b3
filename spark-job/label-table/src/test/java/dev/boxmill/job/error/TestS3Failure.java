package dev.boxmill.job.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;

/** With exceptions named as those of the S3 client, which is not on the class path. */
final class TestS3Failure {

  private static final class NoAuthWithAWSException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class UnknownStoreException extends IOException {
    private static final long serialVersionUID = 1;

    UnknownStoreException(String message) {
      super(message);
    }
  }

  @Test
  void missingCredentialsAreNoDenial() {
    AccessDeniedException denied = new AccessDeniedException("s3a://pictures/a");
    denied.initCause(new NoAuthWithAWSException());

    assertThat(FailureReason.of(denied))
        .startsWith("there are no credentials for S3; they are looked for in fs.s3a.access.key");
    assertThat(FailureReason.of(new AccessDeniedException("s3a://pictures/a")))
        .isEqualTo("permission denied");
  }

  @Test
  void missingBucketIsNamed() {
    IOException missing =
        new UnknownStoreException("`s3a://pictures/a': Bucket does not exist: NoSuchBucket (404)");

    assertThat(FailureReason.of(new IOException(missing)))
        .isEqualTo("there is no bucket pictures; check its name, its region and fs.s3a.endpoint");
  }

  @Test
  void silenceIsToldFromAnAnswer() {
    IOException refused = new IOException(new ConnectException("Connection refused"));

    assertThat(S3Failure.unreachable(refused)).hasValue("Connect: Connection refused");
    assertThat(S3Failure.unreachable(new IOException("403 Forbidden"))).isEmpty();
  }
}
