package eus.bakq.demo;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.Status;
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
 * @param answers what came back, in the order of the table
 * @param signed how many documents the well-behaved sede has got meanwhile
 */
record Hail(Map<RefusedInput, Answer> answers, int signed) {
  private static final int SIGNATURES_OF_A_CITIZEN = 3;

  static Hail on(DemoWorld world) throws Exception {
    Map<RefusedInput, Answer> answers = new LinkedHashMap<>();
    AtomicBoolean over = new AtomicBoolean();
    int signed;
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<Integer> wellBehaved = threads.submit(() -> sign(world, over));
      List<Future<Map<RefusedInput, Answer>>> parts = new ArrayList<>();
      for (List<RefusedInput> part : RefusedInputs.hail()) {
        parts.add(threads.submit(() -> send(new Situations(world), part)));
      }
      for (Future<Map<RefusedInput, Answer>> part : parts) {
        answers.putAll(done(part));
      }
      over.set(true);
      signed = done(wellBehaved);
    }
    return new Hail(answers, signed);
  }

  /** Sends what comes last, in this thread. */
  static Map<RefusedInput, Answer> send(Situations situations, List<RefusedInput> part) {
    Map<RefusedInput, Answer> answers = new LinkedHashMap<>();
    for (RefusedInput one : part) {
      try {
        answers.put(one, one.exchange().with(situations));
      } catch (Exception | AssertionError e) { // The others are sent all the same.
        answers.put(one, notSent(e));
      }
    }
    return answers;
  }

  /** No line of the table has such an answer, and so it fails the test. */
  private static Answer notSent(Throwable failure) {
    return new Answer(
        Status.Code.UNAVAILABLE, "not sent: " + failure, List.of(), false, "not sent");
  }

  /** Signs until the hail is over, and once at least; whatever is refused fails the test. */
  private static int sign(DemoWorld world, AtomicBoolean over) {
    Sede sede = world.sede(DemoWorld.SEDE_A);
    int signed = 0;
    Citizen citizen = null;
    do {
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
    } while (!over.get());
    return signed;
  }

  private static <T> T done(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
