package eus.bakq.benchmarks;

/**
 * How long something took.
 *
 * @param wallNanos on the clock: waiting for others, too
 * @param cpuNanos of this thread, which noise on the machine lengthens much less
 */
record Took(long wallNanos, long cpuNanos) {
  Took plus(Took other) {
    return new Took(wallNanos + other.wallNanos, cpuNanos + other.cpuNanos);
  }
}
