package eus.bakq.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wish of an operator, told by SIGTERM or SIGINT, that the program end: it is told once, to
 * whoever starts or serves, and the program then ends with the exit code that this gives. A second
 * signal changes nothing. What takes longer than its bound is cut, by ending the process.
 *
 * <p>Safe for several threads.
 */
final class Termination {
  private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

  /** The program ended, but not in order or not in time. */
  private static final int CUT = 3;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private volatile Duration bound = Duration.ofMinutes(1);

  Termination() {}

  /** Listens to the signals, to the end of the process. */
  static Termination onSignal() {
    Termination termination = new Termination();
    Runtime.getRuntime().addShutdownHook(new Thread(termination::stopProgram, "termination"));
    return termination;
  }

  /**
   * Run by the virtual machine when it is to end. If that is because of a signal, its own exit code
   * would tell of the signal only (143), whatever became of the stop: so the end is ours.
   */
  private void stopProgram() {
    if (exitCode.isDone()) {
      return; // the program has ended by itself
    }
    ask();
    Runtime.getRuntime().halt(awaitExitCode());
  }

  /** Asks the program to end. */
  void ask() {
    asked.countDown();
  }

  /** What the program ends with; {@code 3} if it does not end within its bound. */
  int awaitExitCode() {
    try {
      return exitCode.get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.atError()
          .addKeyValue("bound", bound)
          .setCause(e)
          .log("the stop took too long, and is cut");
      return CUT;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exit code is never a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CUT;
    }
  }

  /** How long the stop may take from now on; one minute if nothing is said. */
  void mayTake(Duration longest) {
    bound = longest;
  }

  /** Whether the program is to end. */
  boolean isAskedFor() {
    return asked.getCount() == 0;
  }

  /** Waits until the program is to end, or this thread is. */
  void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The program has ended, with {@code code}. */
  void ended(int code) {
    exitCode.complete(code);
  }
}
