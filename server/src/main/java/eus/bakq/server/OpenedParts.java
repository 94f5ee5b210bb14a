package eus.bakq.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server has opened, to be closed from the last to the first. A part whose work does not end
 * within its bound says so by throwing: then the stop is not in order, and nothing is said that
 * holds only if this process does nothing any more. For one thread.
 */
final class OpenedParts {
  private static final Logger LOG = LoggerFactory.getLogger(OpenedParts.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private boolean inOrder = true;

  /** Is closed before all that was opened before it. */
  void add(AutoCloseable part) {
    parts.push(part);
  }

  /**
   * Is done at its turn, but only if all that was opened after it has closed in order: others then
   * rely on it that nothing of this process goes on.
   */
  void addPromise(AutoCloseable act) {
    parts.push(
        () -> {
          if (inOrder) {
            act.close();
          }
        });
  }

  /**
   * Closes everything; what fails to close is logged, and the rest is closed all the same. The
   * second time it closes nothing.
   *
   * @return whether everything has closed in order, and all promises were made
   */
  boolean close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) { // The edge: whatever fails, the other parts are to be closed.
        inOrder = false;
        LOG.atWarn().setCause(e).log("a part did not close in order");
      }
    }
    return inOrder;
  }
}
