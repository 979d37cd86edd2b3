package dev.boxmill.job.preflight;

import dev.boxmill.job.session.ExecutorSlot;
import java.io.Serializable;

/** What an executor is asked to do, in one task. */
@FunctionalInterface
interface Probe<A extends Serializable> extends Serializable {

  /** Called on the executor; what it throws fails the task, which Spark tries again. */
  A ask(ExecutorSlot slot);
}
