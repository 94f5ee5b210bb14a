package eus.bakq.demo;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Calls that are made at the same moment, by a thread each. Who is answered UNAVAILABLE asks again,
 * as programs do that call us.
 */
final class AtOnce {
  private static final int MOST_TRIES = 600;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private AtOnce() {}

  /** What one call came to: an answer, or a refusal. */
  record Outcome<T>(Optional<T> answer, Optional<Refused> refused) {
    boolean succeeded() {
      return answer.isPresent();
    }

    /** The refusal's reason; empty if there was none. */
    String reason() {
      return refused.map(Refused::reason).orElse("");
    }
  }

  /** The outcomes, in the order of {@code calls}. */
  static <T> List<Outcome<T>> run(List<? extends Callable<? extends T>> calls) throws Exception {
    CyclicBarrier start = new CyclicBarrier(calls.size());
    List<Future<Outcome<T>>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      for (Callable<? extends T> call : calls) {
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return outcome(call);
                }));
      }
    }
    List<Outcome<T>> outcomes = new ArrayList<>();
    for (Future<Outcome<T>> one : running) {
      outcomes.add(one.get());
    }
    return outcomes;
  }

  /** As {@link #run(List)}, {@code count} calls, each made from its number. */
  static <T> List<Outcome<T>> run(int count, IntFunction<Callable<T>> call) throws Exception {
    return run(IntStream.range(0, count).mapToObj(call).toList());
  }

  /** One call, until it is answered. */
  static <T> Outcome<T> outcome(Callable<? extends T> call) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        return new Outcome<>(Optional.of(call.call()), Optional.empty());
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || attempt == MOST_TRIES) {
          return new Outcome<>(Optional.empty(), Optional.of(Refused.of(e)));
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  /** How many of {@code outcomes} succeeded. */
  static long successes(List<? extends Outcome<?>> outcomes) {
    return outcomes.stream().filter(Outcome::succeeded).count();
  }

  /** The refusals, each once. */
  static List<Refused> refusals(List<? extends Outcome<?>> outcomes) {
    return outcomes.stream().flatMap(one -> one.refused().stream()).distinct().toList();
  }

  /** The reasons of the refusals, each once. */
  static List<String> reasons(List<? extends Outcome<?>> outcomes) {
    return refusals(outcomes).stream().map(Refused::reason).distinct().toList();
  }
}
