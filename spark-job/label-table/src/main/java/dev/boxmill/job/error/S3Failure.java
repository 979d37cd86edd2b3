package dev.boxmill.job.error;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the S3 client's exceptions mean. Its classes are not on every class path: they are known by
 * their names.
 */
public final class S3Failure {

  private static final int DEEPEST_CAUSE = 20;
  private static final Pattern BUCKET = Pattern.compile("s3a://([^/'`\\s:]+)");

  private static final List<String> UNREACHABLE =
      List.of(
          "java.net.ConnectException",
          "java.net.UnknownHostException",
          "java.net.NoRouteToHostException",
          "java.net.SocketTimeoutException",
          "javax.net.ssl.",
          "ConnectTimeoutException",
          "HttpHostConnectException",
          "ApiCallTimeoutException",
          "ApiCallAttemptTimeoutException");

  private S3Failure() {}

  /** In a user's words; empty for failures of other stores, and for those that speak clearly. */
  static Optional<String> reason(Throwable failure) {
    if (has(failure, "NoAuthWithAWSException") || has(failure, "NoAwsCredentialsException")) {
      return Optional.of(
          "there are no credentials for S3; they are looked for in fs.s3a.access.key and"
              + " fs.s3a.secret.key, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and with the"
              + " instance's role (fs.s3a.aws.credentials.provider names other places)");
    }
    if (has(failure, "UnknownStoreException") || has(failure, "NoSuchBucketException")) {
      return Optional.of(
          "there is no bucket"
              + bucket(failure)
              + "; check its name, its region and fs.s3a.endpoint");
    }
    return Optional.empty();
  }

  /** Why nothing answers; empty if something did. */
  public static Optional<String> unreachable(Throwable failure) {
    return chain(failure)
        .filter(next -> UNREACHABLE.stream().anyMatch(next.getClass().getName()::contains))
        .reduce((first, second) -> second)
        .map(S3Failure::shown);
  }

  private static String shown(Throwable failure) {
    String name = failure.getClass().getSimpleName().replace("Exception", "");
    return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
  }

  private static String bucket(Throwable failure) {
    return chain(failure)
        .map(next -> BUCKET.matcher(String.valueOf(next.getMessage())))
        .filter(Matcher::find)
        .map(named -> " " + named.group(1))
        .findFirst()
        .orElse(" of that name");
  }

  private static boolean has(Throwable failure, String name) {
    return chain(failure).anyMatch(next -> next.getClass().getSimpleName().equals(name));
  }

  private static Stream<Throwable> chain(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(DEEPEST_CAUSE);
  }
}
