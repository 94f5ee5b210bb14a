package eus.bakq.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Measures laps of the thread that makes it. */
final class Stopwatch {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private long wall = System.nanoTime();
  private long cpu = THREADS.getCurrentThreadCpuTime();

  /** What was since the last lap, or since the beginning. */
  Took lap() {
    long wallNow = System.nanoTime();
    long cpuNow = THREADS.getCurrentThreadCpuTime();
    Took took = new Took(wallNow - wall, cpuNow - cpu);
    wall = wallNow;
    cpu = cpuNow;
    return took;
  }
}
