package dev.boxmill.job;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A program whose command ends it, waits for a signal, or is refused. */
@Command
final class TestingExit implements Callable<Integer> {

  @Parameters private String what;

  public static void main(String[] arguments) {
    Boxmill.end(new CommandLine(new TestingExit()), arguments);
  }

  @Override
  public Integer call() throws InterruptedException {
    switch (what) {
      case "exit" -> exitOnAnotherThread();
      case "wait" -> {
        System.out.println("waiting");
        new CountDownLatch(1).await();
      }
      default -> System.out.println("not today");
    }
    return ExitCode.BAD_INPUT;
  }

  /** As a task of Spark's would. */
  private static void exitOnAnotherThread() throws InterruptedException {
    Thread plugin = new Thread(() -> System.exit(0), "task");
    plugin.start();
    plugin.join();
    new CountDownLatch(1).await();
  }
}
