package eus.bakq.server.grpc;

/** Where calls are recorded that were refused for who made them. */
@FunctionalInterface
public interface RefusalSink {
  /**
   * Records {@code call}, durably before it returns; of a flood of them, how many there were,
   * later. Called by many threads at once, before the caller is answered.
   *
   * @throws eus.bakq.server.failure.UnavailableException if it cannot be recorded now; the caller
   *     is then answered so, and refused all the same
   */
  void record(RefusedCall call);
}
