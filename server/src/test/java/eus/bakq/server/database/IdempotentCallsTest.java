package eus.bakq.server.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class IdempotentCallsTest {
  private static final CallerName SEDE = new CallerName("sede-a");
  private static final String METHOD = "CreateSignatureRequest";
  private static final Bytes BODY = mac("body");

  private static TestDatabase test;

  private final IdempotentCalls calls = new IdempotentCalls(IdempotentCalls.DEFAULT_LIFE);
  private final UUID requestId = UUID.randomUUID();

  @BeforeAll
  static void open() {
    test = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @Test
  void givesARepetitionTheFirstAnswer() {
    assertThat(call(SEDE, METHOD, BODY, "first")).isEqualTo(text("first"));
    assertThat(call(SEDE, METHOD, BODY, "second")).isEqualTo(text("first"));
  }

  @Test
  void refusesTheSameRequestIdForAnotherRequest() {
    call(SEDE, METHOD, BODY, "first");

    assertThatThrownBy(
            () ->
                test.database()
                    .inTransaction(
                        handle -> calls.begin(handle, SEDE, METHOD, requestId, mac("other"))))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.REQUEST_ID_REUSED));
  }

  @Test
  void aRequestIdBelongsToOneCallerAndOneMethod() {
    call(SEDE, METHOD, BODY, "first");

    assertThat(call(new CallerName("sede-b"), METHOD, BODY, "b")).isEqualTo(text("b"));
    assertThat(call(SEDE, "CancelSignatureRequest", BODY, "c")).isEqualTo(text("c"));
  }

  @Test
  void aCallThatWasRolledBackWasNeverMade() {
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(
                        handle -> {
                          calls.begin(handle, SEDE, METHOD, requestId, mac("other"));
                          throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
                        }))
        .isInstanceOf(RefusedException.class);

    assertThat(call(SEDE, METHOD, BODY, "first")).isEqualTo(text("first"));
  }

  @Test
  void ofManyAtOnceOneIsDoneAndAllGetItsAnswer() throws Exception {
    AtomicInteger done = new AtomicInteger();
    List<Bytes> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Bytes>> all = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        String answer = "answer " + i;
        all.add(
            threads.submit(
                () ->
                    test.run(
                        handle -> {
                          Optional<Bytes> stored =
                              calls.begin(handle, SEDE, METHOD, requestId, BODY);
                          if (stored.isPresent()) {
                            return stored.get();
                          }
                          done.incrementAndGet();
                          calls.complete(handle, SEDE, METHOD, requestId, text(answer));
                          return text(answer);
                        })));
      }
      for (Future<Bytes> one : all) {
        answers.add(one.get(60, TimeUnit.SECONDS));
      }
    }
    assertThat(done.get()).isEqualTo(1);
    assertThat(answers).containsOnly(answers.getFirst());
  }

  @Test
  void aCallIsCompletedOnceAndOnlyAfterItsBeginning() {
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(handle -> calls.complete(handle, SEDE, METHOD, requestId, text("x"))))
        .isInstanceOf(IllegalStateException.class);
    call(SEDE, METHOD, BODY, "first");
    assertThatThrownBy(
            () ->
                test.database()
                    .transact(handle -> calls.complete(handle, SEDE, METHOD, requestId, text("x"))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void forgetsWhatIsOlderThanItsLifeAndNothingElse() throws Exception {
    call(SEDE, METHOD, BODY, "first");
    UUID young = UUID.randomUUID();
    test.run(
        handle -> {
          calls.begin(handle, SEDE, METHOD, young, BODY);
          calls.complete(handle, SEDE, METHOD, young, Bytes.empty());
          return young;
        });
    test.asOwner(
        "UPDATE idempotent_call SET created_at = created_at - interval '24 hours 1 second'"
            + " WHERE request_id = '"
            + requestId
            + "'");

    assertThat(test.run(calls::purge)).isEqualTo(1);
    assertThat(call(SEDE, METHOD, mac("other"), "again")).isEqualTo(text("again"));
    Optional<Bytes> stored = test.run(handle -> calls.begin(handle, SEDE, METHOD, young, BODY));
    assertThat(stored).contains(Bytes.empty());
  }

  private Bytes call(CallerName caller, String method, Bytes bodyMac, String answer) {
    return test.run(
        handle -> {
          Optional<Bytes> stored = calls.begin(handle, caller, method, requestId, bodyMac);
          if (stored.isPresent()) {
            return stored.get();
          }
          calls.complete(handle, caller, method, requestId, text(answer));
          return text(answer);
        });
  }

  private static Bytes mac(String body) {
    return text(body).sha256();
  }

  private static Bytes text(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }
}
