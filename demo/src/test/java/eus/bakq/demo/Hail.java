package eus.bakq.demo;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Everything of the table sent to one server, by several threads at once, while a well-behaved sede
 * and its citizens sign.
 *
 * @param sent what came back, in the order of the table
 * @param served what the well-behaved sede has got meanwhile
 */
record Hail(Map<RefusedInput, Sent> sent, Served served) {
  private static final int SIGNATURES_OF_A_CITIZEN = 3;

  /**
   * A line of the table that was sent.
   *
   * @param took with all that had to be made for it first
   */
  record Sent(Answer answer, Duration took) {}

  /**
   * How somebody is served beside it.
   *
   * @param documents how many were signed and fetched
   * @param longestWait from one of them to the next, with a new citizen now and then
   */
  record Served(int documents, Duration longestWait) {}

  /** Sends all that can be sent in any order. */
  static Hail on(JumpingWorld world, UnreliableTimeStamps stamps) throws Exception {
    Map<RefusedInput, Sent> sent = new LinkedHashMap<>();
    AtomicBoolean over = new AtomicBoolean();
    Served served;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<Served> wellBehaved = threads.submit(() -> sign(world.world(), over));
      List<Future<Map<RefusedInput, Sent>>> parts = new ArrayList<>();
      for (List<RefusedInput> part : RefusedInputs.hail()) {
        parts.add(threads.submit(() -> send(new Situations(world, stamps), part)));
      }
      for (Future<Map<RefusedInput, Sent>> part : parts) {
        sent.putAll(done(part));
      }
      over.set(true);
      served = done(wellBehaved);
    }
    return new Hail(sent, served);
  }

  /** Sends {@code part} in this thread, one after the other. */
  static Map<RefusedInput, Sent> send(Situations situations, List<RefusedInput> part) {
    Map<RefusedInput, Sent> sent = new LinkedHashMap<>();
    for (RefusedInput one : part) {
      long begun = System.nanoTime();
      Answer answer = answer(situations, one);
      sent.put(one, new Sent(answer, Duration.ofNanos(System.nanoTime() - begun)));
    }
    return sent;
  }

  private static Answer answer(Situations situations, RefusedInput one) {
    try {
      return one.exchange().with(situations);
    } catch (Exception | AssertionError e) { // The others are sent all the same.
      return notSent(e);
    }
  }

  /** No line of the table has such an answer, and so it fails the test. */
  private static Answer notSent(Throwable failure) {
    return new Answer(
        Status.Code.UNAVAILABLE, "not sent: " + failure, List.of(), false, "not sent");
  }

  /** Signs until the hail is over; whatever is refused fails the test. */
  private static Served sign(DemoWorld world, AtomicBoolean over) {
    Sede sede = world.sede(DemoWorld.SEDE_A);
    int signed = 0;
    Duration longest = Duration.ZERO;
    Citizen citizen = null;
    while (!over.get()) {
      long begun = System.nanoTime();
      if (signed % SIGNATURES_OF_A_CITIZEN == 0) {
        citizen = world.activeCitizen();
      }
      SignatureRequest request = sede.ask(BadDocuments.sound());
      citizen.sign(request);
      byte[] document = sede.fetchCompleted(request.getId(), 0);
      if (document.length <= BadDocuments.sound().length) {
        throw new AssertionError("not signed");
      }
      sede.acknowledge(request.getId());
      signed++;
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      longest = took.compareTo(longest) > 0 ? took : longest;
    }
    return new Served(signed, longest);
  }

  private static <T> T done(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
