package dev.boxmill.job;

import dev.boxmill.job.session.TestingLabeler;

/** The command line as a process of its own, with a labeler that needs no network. */
final class TestingProcess {

  private TestingProcess() {}

  public static void main(String[] arguments) {
    System.exit(Boxmill.commandLine(TestingLabeler::prepare).execute(arguments));
  }
}
