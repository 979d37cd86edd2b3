package dev.boxmill.job;

/** What a process says to the script that called it. */
final class ExitCode {

  /** The work is whole. */
  static final int WHOLE = 0;

  /** The run broke off; nothing was published. */
  static final int RUN_FAILED = 1;

  /** The request can't work; nothing was started. */
  static final int BAD_INPUT = 2;

  /** The table is published, but more images failed than allowed. */
  static final int TOO_MANY_FAILURES = 3;

  private ExitCode() {}
}
