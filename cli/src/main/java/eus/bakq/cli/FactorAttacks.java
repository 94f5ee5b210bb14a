package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Attacks on password, code, ticket and proof (docs/sole-control.md, section 4). Uses four codes;
 * gives four wrong ones, never more than three before a right one.
 */
final class FactorAttacks {
  private static final String GONE = "INTERACTION_NOT_FOUND";
  private static final String FAILED = "AUTHENTICATION_FAILED";
  private static final String NOT_OPEN = "SIGNATURE_REQUEST_NOT_OPEN";
  private static final String CLOCK = "PROGRAM_CLOCK_DIFFERS";
  private static final Duration AN_HOUR = Duration.ofHours(1);
  private static final ByteString GUESS = ByteString.copyFromUtf8("000000");

  private final SelfTestTarget target;
  private final SelfTestReport report;

  FactorAttacks(SelfTestTarget target, SelfTestReport report) {
    this.target = target;
    this.report = report;
  }

  /** What was signed on the way, and what was not. */
  record Requests(
      List<byte[]> documents,
      List<ByteString> shownHashes,
      SignatureRequest signedOfTwenty,
      SignatureRequest neverSigned,
      SignatureRequest signedOfTwo) {}

  Requests run() {
    List<byte[]> documents =
        List.of(target.document(1), target.document(2), target.document(1), target.document(3));
    SignatureRequest first = target.ask(SedeCalls.wish(documents));
    Conversation citizen = target.open(first);
    Conversation thief = target.open(first);
    passwords(citizen, thief);
    ByteString code = target.challenge(citizen, first);
    proofs(citizen, thief, code);
    report.attack(
        "a code with one digit changed",
        Answer.of(() -> citizen.submit(citizen.code(oneDigitChanged(code)))),
        FAILED);
    target.countWrong(first);
    SubmitCodeRequest right = citizen.code(code);
    atOnce("twenty submits of one right code at once", 20, citizen, right);
    report.attack(
        "the same code again, byte for byte", Answer.of(() -> citizen.submit(right)), GONE);
    report.attack(
        "the same code again, with a new proof",
        Answer.of(() -> citizen.submit(citizen.code(code))),
        GONE);
    report.attack(
        "a no after the yes",
        Answer.of(() -> citizen.reject(citizen.proof(AuthorisationServiceGrpc.getRejectMethod()))),
        GONE);
    report.attack(
        "a signed request, to be signed once more", Answer.of(() -> target.open(first)), NOT_OPEN);
    List<ByteString> shown = new ArrayList<>();
    citizen.shown().getDocumentsList().forEach(document -> shown.add(document.getSha256()));
    return crossed(documents, shown, first);
  }

  private void passwords(Conversation citizen, Conversation thief) {
    var step = AuthorisationServiceGrpc.getSubmitPasswordMethod();
    report.attack(
        "a code before any password", Answer.of(() -> citizen.submit(citizen.code(GUESS))), GONE);
    report.attack(
        "the right password, proved by another program's key",
        password(citizen, () -> thief.key().prove(step, citizen.id())),
        GONE);
    report.attack(
        "the right password, proved for another step",
        password(citizen, () -> citizen.proof(AuthorisationServiceGrpc.getRejectMethod())),
        GONE);
    report.attack(
        "the right password, with a proof an hour old",
        password(citizen, () -> anHourAgo(citizen).prove(step, citizen.id())),
        CLOCK);
  }

  private Answer password(Conversation conversation, Callable<eus.bakq.signer.v1.Proof> proof) {
    return Answer.of(
        () ->
            conversation.password(
                target.citizen().dni(), target.citizen().password(), proof.call()));
  }

  /** With a right code and ticket: none of these is counted. */
  private void proofs(Conversation citizen, Conversation thief, ByteString code) {
    var step = AuthorisationServiceGrpc.getSubmitCodeMethod();
    ByteString ticket = citizen.ticket();
    report.attack(
        "a second password in one conversation",
        password(citizen, () -> citizen.proof(AuthorisationServiceGrpc.getSubmitPasswordMethod())),
        GONE);
    report.attack(
        "stolen ticket and code, without the program's key",
        code(citizen, code, () -> thief.key().prove(step, citizen.id(), ticket)),
        GONE);
    report.attack(
        "stolen ticket and code, in the thief's own conversation",
        Answer.of(() -> thief.submit(thief.code(code, ticket))),
        GONE);
    report.attack(
        "a proof made for another step",
        code(
            citizen,
            code,
            () ->
                citizen
                    .key()
                    .prove(AuthorisationServiceGrpc.getRejectMethod(), citizen.id(), ticket)),
        GONE);
    report.attack(
        "a proof made for another conversation",
        code(citizen, code, () -> citizen.key().prove(step, thief.id(), ticket)),
        GONE);
    report.attack(
        "a proof made over another ticket",
        code(citizen, code, () -> citizen.key().prove(step, citizen.id(), flipped(ticket))),
        GONE);
    report.attack(
        "a proof an hour old",
        code(citizen, code, () -> anHourAgo(citizen).prove(step, citizen.id(), ticket)),
        CLOCK);
  }

  private static Answer code(
      Conversation conversation, ByteString code, Callable<eus.bakq.signer.v1.Proof> proof) {
    return Answer.of(
        () -> conversation.submit(conversation.code(code, conversation.ticket(), proof.call())));
  }

  private ProgramKey anHourAgo(Conversation conversation) {
    return conversation.key().on(Clock.offset(target.clock(), AN_HOUR.negated()));
  }

  /** Codes and tickets of one conversation in another; three wrong ones; then a right one. */
  private Requests crossed(List<byte[]> documents, List<ByteString> shown, SignatureRequest first) {
    SignatureRequest older = target.ask();
    Conversation before = target.open(older);
    ByteString olderCode = target.challenge(before, older);
    SignatureRequest newer = target.ask();
    Conversation now = target.open(newer);
    ByteString code = target.challenge(now, newer);

    report.attack(
        "the code of before, after a newer one was sent",
        Answer.of(() -> before.submit(before.code(olderCode))),
        FAILED);
    report.attack(
        "the code of one request for another",
        Answer.of(() -> now.submit(now.code(differing(olderCode, code)))),
        FAILED);
    target.countWrong(newer);
    report.attack(
        "the ticket of one conversation in another",
        Answer.of(() -> now.submit(now.code(code, before.ticket()))),
        FAILED);
    target.countWrong(newer);
    report.attack(
        "a ticket with one bit flipped",
        Answer.of(() -> now.submit(now.code(code, flipped(now.ticket())))),
        FAILED);
    target.countWrong(newer);
    report.attack(
        "three wrong, then the right one", Answer.of(() -> now.submit(now.code(code))), GONE);

    Conversation again = target.open(newer);
    ByteString last = target.challenge(again, newer);
    atOnce("two submits of one right code at once", 2, again, again.code(last));
    return new Requests(documents, shown, first, older, newer);
  }

  /** Of several at once, one signs; the others come while the key is used, or after. */
  private void atOnce(
      String what, int submits, Conversation conversation, SubmitCodeRequest request) {
    List<Answer> answers = together(submits, () -> conversation.submit(request));
    long signed = answers.stream().filter(Answer::isAnswered).count();
    List<Answer> others = answers.stream().filter(answer -> !answer.isAnswered()).toList();
    boolean asExpected =
        others.stream()
            .allMatch(
                answer ->
                    answer.word().equals(GONE)
                        || answer.word().equals(NOT_OPEN)
                        || answer.word().equals("OVERLOADED"));
    if (signed == 0) {
      throw FailedException.usage("The right code was refused: " + others.getFirst().word() + ".");
    }
    target.countSuccess();
    if (signed == 1 && asExpected) {
      report.refused(what, "1 signed, " + others.size() + " refused");
    } else {
      report.through(
          what,
          signed + " signed; " + others.stream().map(Answer::word).distinct().toList(),
          "1 signed, the others " + GONE + " or " + NOT_OPEN);
    }
  }

  private static List<Answer> together(int calls, Callable<?> call) {
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<Answer>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls)) {
      for (int i = 0; i < calls; i++) {
        futures.add(
            threads.submit(
                () -> {
                  begin.await();
                  return Answer.of(call);
                }));
      }
      begin.countDown();
    }
    List<Answer> answers = new ArrayList<>();
    for (Future<Answer> future : futures) {
      try {
        answers.add(future.get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw FailedException.unavailable("Waiting was interrupted.");
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return answers;
  }

  private static ByteString oneDigitChanged(ByteString code) {
    byte[] changed = code.toByteArray();
    int last = changed.length - 1;
    changed[last] = (byte) (changed[last] == '9' ? '0' : changed[last] + 1);
    return ByteString.copyFrom(changed);
  }

  /** One code in a million is the same as another; then a digit has to be changed. */
  private static ByteString differing(ByteString code, ByteString another) {
    return code.equals(another) ? oneDigitChanged(code) : code;
  }

  private static ByteString flipped(ByteString ticket) {
    byte[] bytes = ticket.toByteArray();
    bytes[bytes.length - 1] ^= 1;
    return ByteString.copyFrom(bytes);
  }
}
