package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The server that is attacked, the test citizen, and what the attacks have used up of him. Makes
 * only sound calls itself. For one thread.
 *
 * <p>No wrong code is given any more once the record says that one more would lock the citizen. The
 * order of the attacks is such that this happens only if wrong factors were counted before.
 */
final class SelfTestTarget {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final int MOST_LOOKS = 600;

  /** The test citizen. The secret stays the caller's. */
  record Citizen(String dni, Secret password, CodeSource codes, Duration codeGap) {}

  private final TestDoors doors;
  private final Citizen citizen;
  private final Clock clock;
  private final SecureRandom random;
  private final SedeCalls sede;
  private final RecordReader record;
  private final String run = UUID.randomUUID().toString();
  private final List<String> asked = new ArrayList<>();
  private int codes;
  private int wrong;
  private int wrongInARow;

  SelfTestTarget(TestDoors doors, Citizen citizen, Clock clock, SecureRandom random) {
    this.doors = doors;
    this.citizen = citizen;
    this.clock = clock;
    this.random = random;
    this.sede = new SedeCalls(doors.at(Door.SEDE, Identity.SEDE));
    this.record = new RecordReader(doors.at(Door.AUDITOR, Identity.AUDITOR));
  }

  TestDoors doors() {
    return doors;
  }

  Citizen citizen() {
    return citizen;
  }

  SedeCalls sede() {
    return sede;
  }

  RecordReader record() {
    return record;
  }

  Clock clock() {
    return clock;
  }

  /** A document that nobody else has, of this run. */
  byte[] document(int number) {
    return ("BakQ self-test, run " + run + ", document " + number + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A request for one document. */
  SignatureRequest ask() {
    return ask(SedeCalls.wish(List.of(document(0))));
  }

  /** A request, which is cancelled at the end if it is still open then. */
  SignatureRequest ask(CreateSignatureRequestRequest.Builder wish) {
    SignatureRequest request = sede.ask(wish);
    asked.add(request.getId());
    return request;
  }

  /** The citizen, or somebody else, opens the address with a program of his own. */
  Conversation open(SignatureRequest request) {
    return Conversation.open(
        doors.at(Door.SIGNER, Identity.NOBODY), request.getAuthorisationAddress(), newKey());
  }

  ProgramKey newKey() {
    return ProgramKey.generate(random, clock);
  }

  /**
   * Gives the right password, and reads the code that is sent then.
   *
   * @throws FailedException if none is sent, with the reason
   */
  ByteString challenge(Conversation conversation, SignatureRequest request) {
    if (codes > 0) {
      Pause.of(citizen.codeGap());
    }
    var _ = conversation.password(citizen.dni(), citizen.password());
    AuditRecord judged = last(request.getId(), "AUTHENTICATION_PASSWORD_JUDGED");
    if (!judged.getDetailsOrDefault("code", "").equals("sent")) {
      throw FailedException.usage(
          "No code was sent to the test citizen ("
              + (judged.getReason().isEmpty()
                  ? "the quota of five codes an hour and ten SMS a day is used up, or the gap"
                      + " between two codes is longer than --code-gap says"
                  : Text.printable(judged.getReason()))
              + ").");
    }
    codes++;
    return citizen.codes().next(request.getReferenceCode());
  }

  /**
   * A wrong code or ticket of the citizen was given on {@code request}; the record says what it did
   * to the account.
   *
   * @throws FailedException if the next one would lock the citizen, or this one did
   */
  void countWrong(SignatureRequest request) {
    wrong++;
    wrongInARow++;
    String account =
        last(request.getId(), "AUTHENTICATION_FAILED").getDetailsOrDefault("account", "");
    if (!account.equals("COUNTED")) {
      throw FailedException.usage(
          account.startsWith("WARNED")
              ? "One more wrong factor would lock the test citizen: wrong ones were counted before"
                  + " this test. Sign once with this citizen, and begin again."
              : "The test citizen is locked now: an officer has to unlock ("
                  + Text.printable(account)
                  + ").");
    }
  }

  /** The citizen has signed: no wrong factor is counted any more. */
  void countSuccess() {
    wrongInARow = 0;
  }

  private AuditRecord last(String subject, String type) {
    List<AuditRecord> found = record.of(subject, type);
    if (found.isEmpty()) {
      throw FailedException.usage("The record has no " + type + " of " + subject + ".");
    }
    return found.getLast();
  }

  /**
   * Waits until the documents can be fetched.
   *
   * @throws FailedException if that takes two minutes, or the request ends otherwise
   */
  void awaitCompleted(SignatureRequest request) {
    SignatureRequest now = sede.get(request.getId());
    for (int look = 0; look < MOST_LOOKS && !RequestWatch.hasEnded(now); look++) {
      Pause.of(LOOK);
      now = sede.get(request.getId());
    }
    if (now.getState() != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
      throw FailedException.usage("A signed request is not completed: " + now.getState() + ".");
    }
  }

  /**
   * Cancels what is open and gives up what was signed.
   *
   * @return what was cleaned up, and what the citizen's account has lost, in a sentence each
   */
  String cleanUp() {
    int cancelled = 0;
    int acknowledged = 0;
    int left = 0;
    for (String id : asked) {
      try {
        SignatureRequest now = sede.get(id);
        if (now.getState() == SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
          var _ = sede.acknowledge(id);
          acknowledged++;
        } else if (!RequestWatch.hasEnded(now)) {
          var _ = sede.cancel(id);
          cancelled++;
        }
      } catch (StatusRuntimeException e) {
        left++; // said below; it ends by itself when its time is over
      }
    }
    return "Cleaned up: "
        + cancelled
        + " requests cancelled, "
        + acknowledged
        + " acknowledged"
        + (left == 0 ? ".\n" : ", " + left + " NOT: they end when their time is over.\n")
        + "Used up of the test citizen: "
        + codes
        + " codes (of five an hour), "
        + wrong
        + " wrong codes; "
        + (wrongInARow == 0
            ? "none is counted any more."
            : wrongInARow + " are still counted: the next signature sets them back to none.");
  }
}
