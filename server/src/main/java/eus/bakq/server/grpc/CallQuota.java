package eus.bakq.server.grpc;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.CallerName;

/** How many calls of any kind a registered caller may make. */
@FunctionalInterface
public interface CallQuota {
  /**
   * Counts one call. Called by many threads at once, before a service sees the call.
   *
   * @throws RefusedException QUOTA_EXCEEDED, with the time to wait
   */
  void count(CallerName caller) throws RefusedException;
}
