package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/**
 * Counts what a server in this JVM does for one call of a citizen's program: the platform's own
 * recorder traces the methods by which it hashes, uses a token and speaks with PostgreSQL, with the
 * stack of each. What other threads do meanwhile does not count, nor what depends on the time
 * alone: whether a pooled connection is tried, and whether the clock is looked at. For one thread.
 */
final class WorkMeter implements AutoCloseable {
  private static final String CALL = "bakq.test.Call";
  private static final String TRACE = "jdk.MethodTrace";
  private static final String ARGON2 = "eus.bakq.server.authentication.SodiumArgon2";
  private static final String MACS = "eus.bakq.server.hsm.TokenInfrastructureKeys";
  private static final String SIGNATURES = "eus.bakq.server.hsm.TokenCitizenKeys";
  private static final String SQL = "org.postgresql.core.v3.QueryExecutorImpl";
  private static final String FILTER =
      String.join(
          ";",
          ARGON2 + "::hash",
          MACS + "::mac",
          MACS + "::sign",
          MACS + "::random",
          SIGNATURES + "::sign",
          SQL + "::execute");

  /** Passwords are judged by the custody token, everything else by the record token. */
  private static final List<String> OF_CUSTODY =
      List.of(
          "eus.bakq.server.authentication.Passwords::",
          "eus.bakq.server.authentication.PasswordStep::judge");

  private static final List<String> OF_TIME =
      List.of("com.zaxxer.hikari.pool.PoolBase::", "eus.bakq.server.database.DatabaseClock::");
  private static final String DOOR = "GrpcService::";

  /** Where the call of one program begins and ends. */
  @Name(CALL)
  @Label("A call that is measured")
  @StackTrace(false)
  static final class Call extends Event {
    @Label("Its name")
    String name;
  }

  /**
   * What was done for one call.
   *
   * @param counts by kind: hashes, uses of each token, statements, commits, rollbacks
   * @param places from where, for who looks for a difference
   */
  record Work(Map<String, Long> counts, Map<String, Long> places) {}

  private final Recording recording = new Recording();
  private final Map<String, Work> done = new TreeMap<>();

  WorkMeter() {
    recording.enable(TRACE).with("filter", FILTER).withStackTrace();
    recording.enable(Call.class);
    recording.start();
  }

  /** Makes {@code call}, which counts under {@code name}. */
  <T> T measure(String name, Callable<T> call) throws Exception {
    Call event = new Call();
    event.name = name;
    event.begin();
    try {
      return call.call();
    } finally {
      event.commit();
    }
  }

  /** Fails if one call has done other work than another, or none was counted. */
  static void requireSame(Map<String, Work> work, String one, String other) {
    assertThat(work.get(one).counts())
        .as("%s: %s beside %s: %s", one, work.get(one), other, work.get(other))
        .isNotEmpty()
        .isEqualTo(work.get(other).counts());
  }

  /** Ends the recording. What was done, by the names of calls. */
  Map<String, Work> end() throws IOException {
    recording.stop();
    Path file = Files.createTempFile("work-", ".jfr");
    try {
      recording.dump(file);
      List<RecordedEvent> calls = new ArrayList<>();
      List<RecordedEvent> traced = new ArrayList<>();
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        switch (event.getEventType().getName()) {
          case CALL -> calls.add(event);
          case TRACE -> traced.add(event);
          default -> {} // of the recorder itself
        }
      }
      for (RecordedEvent call : calls) {
        done.put(call.getString("name"), work(call, traced));
      }
      return done;
    } finally {
      Files.delete(file);
    }
  }

  private static Work work(RecordedEvent call, List<RecordedEvent> traced) {
    List<RecordedEvent> meanwhile =
        traced.stream()
            .filter(event -> !event.getStartTime().isBefore(call.getStartTime()))
            .filter(event -> event.getStartTime().isBefore(call.getEndTime()))
            .toList();
    // A worker of the door has one call at a time, and stacks may be too deep to show the door.
    Set<Long> workers =
        meanwhile.stream()
            .filter(event -> stack(event).stream().anyMatch(frame -> frame.contains(DOOR)))
            .map(event -> event.getThread().getId())
            .collect(Collectors.toSet());
    Map<String, Long> counts = new TreeMap<>();
    Map<String, Long> places = new TreeMap<>();
    for (RecordedEvent event : meanwhile) {
      List<String> stack = stack(event);
      if (workers.contains(event.getThread().getId()) && counts(stack)) {
        String kind = kind(stack);
        counts.merge(kind, 1L, Long::sum);
        places.merge(kind + " by " + place(stack), 1L, Long::sum);
      }
    }
    return new Work(counts, places);
  }

  /** Class and method of the one that is traced, and then of each frame, innermost first. */
  private static List<String> stack(RecordedEvent event) {
    List<String> stack = new ArrayList<>();
    stack.add(name(event.getValue("method")));
    event.getStackTrace().getFrames().forEach(frame -> stack.add(name(frame.getMethod())));
    return stack;
  }

  private static String name(RecordedMethod method) {
    return method.getType().getName() + "::" + method.getName();
  }

  /** An overload that calls another is one; what depends on the time alone is none. */
  private static boolean counts(List<String> stack) {
    return !stack.get(1).equals(stack.getFirst())
        && stack.stream().noneMatch(frame -> OF_TIME.stream().anyMatch(frame::startsWith));
  }

  private static String kind(List<String> stack) {
    String traced = stack.getFirst();
    if (traced.startsWith(ARGON2)) {
      return "Argon2id";
    }
    if (traced.startsWith(SIGNATURES)) {
      return "custody token";
    }
    if (traced.startsWith(MACS)) {
      return OF_CUSTODY.stream().anyMatch(place(stack)::startsWith)
          ? "custody token"
          : "record token";
    }
    if (stack.stream().anyMatch(frame -> frame.endsWith("PgConnection::commit"))) {
      return "commit";
    }
    return stack.stream().anyMatch(frame -> frame.endsWith("PgConnection::rollback"))
        ? "rollback"
        : "statement";
  }

  /** The innermost frame of the server that is not the means itself. */
  private static String place(List<String> stack) {
    return stack.stream()
        .filter(frame -> frame.startsWith("eus.bakq.server."))
        .filter(frame -> !frame.startsWith("eus.bakq.server.hsm."))
        .filter(frame -> !frame.startsWith(ARGON2))
        .findFirst()
        .orElse("nobody");
  }

  @Override
  public void close() {
    recording.close();
  }
}
