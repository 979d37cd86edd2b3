package dev.boxmill.job.error;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;

/** Why a store did not give what it was asked for, in a user's words. */
public final class FailureReason {

  private FailureReason() {}

  /** The reason part of an error message: no name, no remedy. */
  public static String of(Throwable failure) {
    return S3Failure.reason(failure).orElseGet(() -> general(failure));
  }

  private static String general(Throwable failure) {
    if (failure instanceof FileNotFoundException || failure instanceof NoSuchFileException) {
      return deniedLocally(failure) ? "permission denied" : "it does not exist";
    }
    if (failure instanceof AccessDeniedException || failure instanceof AccessControlException) {
      return "permission denied";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "a file is there already";
    }
    if (failure instanceof UnsupportedFileSystemException) {
      return "no filesystem here serves its scheme";
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  /** The JDK reports a local file that may not be read as one that was not found. */
  private static boolean deniedLocally(Throwable failure) {
    String message = failure.getMessage();
    return message != null && message.endsWith("(Permission denied)");
  }
}
