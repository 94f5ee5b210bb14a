package eus.bakq.demo;

import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.RenewActivationRequest;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The life of one citizen, from the registration to the revocation, with a sede, an officer and an
 * auditor, made by people who do as docs/errors.md says: a call that is UNAVAILABLE is made again,
 * unchanged; where a step was done and its answer lost, they begin again from the address or link
 * that they have. Any other answer than those that this may get is a failure. For one thread.
 */
final class PatientWalk {
  private static final Set<String> AGAIN = Set.of("TEMPORARILY_UNAVAILABLE", "OVERLOADED");
  private static final int MOST_TRIES = 40;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int MOST_LOOKS = 1500;
  private static final int LOOKS_OF_A_LEASE = 25;
  private static final int MOST_CODES = 3;
  private static final Duration SUSPENSION = Duration.ofDays(30);

  private final World world;
  private final WalkSteps steps;
  private final Sede sede;
  private final Citizen citizen;
  private int unavailable;

  PatientWalk(World world, WalkSteps steps) {
    this.world = world;
    this.steps = steps;
    this.sede = world.sede(WorldFiles.SEDE_A);
    this.citizen = world.newCitizen();
  }

  /** How often somebody was told to come again. */
  int unavailable() {
    return unavailable;
  }

  /** Everything, and then a look at what is left. */
  void run() throws SQLException {
    register();
    activate();
    refuseWrongPassword();
    lockAndUnlock();
    signAndFetch();
    ends();
    acts();
    patiently("readRecord", () -> world.audit().of(citizen.signerId()));
    WalkTraces.require(world, citizen);
  }

  private void register() {
    RegisterSignerRequest request = Officer.registration(citizen);
    patiently(
        "register",
        () -> {
          citizen.register(world.officer(), request);
          return request;
        });
  }

  private void activate() throws SQLException {
    for (int begin = 0; begin < MOST_TRIES; begin++) {
      try {
        activateOnce();
        return;
      } catch (StatusRuntimeException e) {
        switch (Refused.of(e).reason()) {
          // Done before, and the answer lost; or begun anew.
          case "ACTIVATION_STEP", "INTERACTION_NOT_FOUND", "PASSWORD_AGAIN" -> {}
          case "ACTIVATION_LINK_INVALID" -> {
            WalkTraces.requireActive(world, citizen);
            return;
          }
          case "QUOTA_EXCEEDED" -> askForAnotherLink();
          default -> throw e;
        }
      }
    }
    throw new AssertionError("the activation does not come to its end");
  }

  /** As somebody does who has opened one too often. */
  private void askForAnotherLink() throws SQLException {
    int before = citizen.linkTokens().size();
    RenewActivationRequest renewal = Officer.renewal(citizen);
    patiently("anotherLink", () -> world.officer().renew(renewal));
    awaited(() -> Optional.of(citizen).filter(c -> c.linkTokens().size() > before));
  }

  private void activateOnce() throws SQLException {
    WalkTraces.anHourPasses(world, citizen);
    awaitMail("Activate your BakQ");
    List<String> known = citizen.smsTexts();
    Activating activating = patiently("openActivation", citizen::openLink);
    withNewest(
        known,
        sms ->
            patiently(
                "setPassword",
                () -> activating.setPassword(Citizen.temporaryPasswordIn(sms), Citizen.PASSWORD)));
    patiently("confirm", () -> activating.confirm(Officer.DOCUMENT_EXPIRY));
    patiently("acceptTerms", activating::acceptTerms);
    List<String> before = citizen.smsTexts();
    patiently(
        "activationPassword", () -> activating.submitPassword(citizen.dni(), Citizen.PASSWORD));
    withNewest(
        before,
        sms -> patiently("activationCode", () -> activating.submitCode(Citizen.codeIn(sms))));
    awaitMail("Your BakQ is active");
  }

  /** A wrong password that was answered is counted; one that was not, once at most. */
  private void refuseWrongPassword() throws SQLException {
    SignatureRequest request = create("createToReject");
    Authorising authorising = patiently("openToReject", () -> citizen.open(request));
    int before = unavailable;
    boolean answered = false;
    try {
      patiently(
          "wrongPassword", () -> authorising.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD));
      answered = true;
    } catch (StatusRuntimeException e) {
      // One password for an interaction: the first was judged, and its answer lost.
      requireReason(e, "INTERACTION_NOT_FOUND");
    }
    WalkTraces.requireOneFailure(world, citizen, answered && before == unavailable);
    Authorising another = patiently("openToReject", () -> citizen.open(request));
    try {
      patiently("reject", another::reject);
    } catch (StatusRuntimeException e) {
      requireReason(e, "INTERACTION_NOT_FOUND");
    }
    requireState(request, SignatureRequestState.SIGNATURE_REQUEST_STATE_REJECTED);
  }

  /** AUT-05: the fifth wrong password in a row locks, and an officer unlocks. */
  private void lockAndUnlock() throws SQLException {
    SignatureRequest request = create("createToLock");
    WalkTraces.failOftenBefore(world, citizen);
    for (int tries = 0; !WalkTraces.isLocked(world, citizen); tries++) {
      if (tries == MOST_TRIES) {
        throw new AssertionError("the account is not locked");
      }
      Authorising authorising = patiently("openToLock", () -> citizen.open(request));
      try {
        patiently(
            "lockingPassword",
            () -> authorising.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD));
      } catch (StatusRuntimeException e) {
        requireReason(e, "INTERACTION_NOT_FOUND"); // judged, and its answer lost
      }
    }
    var unlocking = Officer.unlocking(citizen);
    patiently("unlock", () -> world.officer().unlock(unlocking));
    WalkTraces.requireUnlocked(world, citizen);
    patiently("cancelLocked", () -> sede.cancel(request.getId()));
  }

  private void signAndFetch() throws SQLException {
    String upload = patiently("upload", () -> sede.upload(Documents.form()));
    CreateSignatureRequestRequest.Builder wish = Sede.wishFor(upload);
    SignatureRequest request = patiently("createFromUpload", () -> sede.ask(wish));
    Watching watching = patiently("watch", () -> watched(request));
    for (int begin = 0; !isSigned(request); begin++) {
      if (begin == MOST_TRIES) {
        throw new AssertionError("the request is not signed");
      }
      try {
        signOnce(request);
      } catch (StatusRuntimeException e) {
        requireReason(e, "INTERACTION_NOT_FOUND", "PASSWORD_AGAIN", "SIGNATURE_REQUEST_NOT_OPEN");
      }
    }
    requireWatched(watching);
    byte[] signed = patiently("fetch", () -> sede.fetchCompleted(request.getId(), 0));
    byte[] again = patiently("stream", () -> sede.stream(request.getId(), 0));
    WalkTraces.requireSame(signed, again);
    patiently("acknowledge", () -> sede.acknowledge(request.getId()));
    awaitMail("Your BakQ has signed");
  }

  private Watching watched(SignatureRequest request) {
    Watching watching = sede.watch(request.getId());
    watching.next();
    return watching;
  }

  private void signOnce(SignatureRequest request) throws SQLException {
    WalkTraces.anHourPasses(world, citizen);
    Authorising authorising = patiently("open", () -> citizen.open(request));
    List<String> known = citizen.smsTexts();
    patiently("password", () -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD));
    withNewest(known, sms -> patiently("code", () -> authorising.submitCode(Citizen.codeIn(sms))));
  }

  /** Whether the request has its signature; if it is being settled, waits for what it becomes. */
  private boolean isSigned(SignatureRequest request) throws SQLException {
    for (int look = 0; look < MOST_TRIES * 10; look++) {
      switch (patiently("get", () -> sede.get(request.getId())).getState()) {
        case SIGNATURE_REQUEST_STATE_COMPLETED -> {
          return true;
        }
        case SIGNATURE_REQUEST_STATE_FROZEN, SIGNATURE_REQUEST_STATE_CHALLENGED -> {
          return false;
        }
        case SIGNATURE_REQUEST_STATE_AUTHORISED -> WalkTraces.ageActivationData(world, request);
        case SIGNATURE_REQUEST_STATE_COMPLETING -> {}
        default -> throw new AssertionError("ended without a reason");
      }
      pause(PAUSE);
    }
    throw new AssertionError("the request is not settled");
  }

  /** A watch survives what happens to the database, and ends with the last state. */
  private static void requireWatched(Watching watching) {
    SignatureRequestState last = watching.next().getState();
    while (last != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED) {
      last = watching.next().getState();
    }
    watching.awaitEnd();
  }

  private void ends() {
    SignatureRequest request = create("createToCancel");
    try {
      patiently("cancel", () -> sede.cancel(request.getId()));
    } catch (StatusRuntimeException e) {
      requireReason(e, "SIGNATURE_REQUEST_NOT_OPEN");
    }
    requireState(request, SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED);
  }

  private void acts() throws SQLException {
    Officer officer = world.officer();
    var suspension = Officer.suspension(citizen, SUSPENSION);
    var lifting = Officer.lifting(citizen);
    var revocation =
        Officer.revocation(citizen, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED);
    patiently("suspend", () -> officer.suspend(suspension));
    patiently("lift", () -> officer.lift(lifting));
    patiently("revoke", () -> officer.revoke(revocation));
    var renewal = Officer.renewal(citizen);
    List<String> known = citizen.linkTokens();
    patiently("renew", () -> officer.renew(renewal));
    var _ =
        awaited(
            () -> citizen.linkTokens().stream().filter(link -> !known.contains(link)).findAny());
  }

  private SignatureRequest create(String call) {
    CreateSignatureRequestRequest.Builder wish = Sede.wish(Documents.form());
    return patiently(call, () -> sede.ask(wish));
  }

  private void requireState(SignatureRequest request, SignatureRequestState expected) {
    SignatureRequestState state = patiently("get", () -> sede.get(request.getId())).getState();
    if (state != expected) {
      throw new AssertionError("is " + state + ", not " + expected);
    }
  }

  private static void requireReason(StatusRuntimeException e, String... allowed) {
    if (!List.of(allowed).contains(Refused.of(e).reason())) {
      throw new AssertionError("not what may be told now", e);
    }
  }

  private <T> T patiently(String name, Callable<T> call) {
    StatusRuntimeException last = null;
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      steps.begins(name);
      try {
        return call.call();
      } catch (StatusRuntimeException e) {
        if (!AGAIN.contains(Refused.of(e).reason())) {
          throw e;
        }
        unavailable++;
        last = e;
        pause(PAUSE);
      } catch (Exception e) {
        throw new AssertionError("not the end of a call: " + name, e);
      }
    }
    throw new AssertionError("does not come back: " + name, last);
  }

  /**
   * Waits until all messages have come, and tries the SMS that are not {@code known}, the newest
   * first: of steps that were done and not answered there are older ones, which fit nothing.
   */
  private void withNewest(List<String> known, Consumer<String> step) throws SQLException {
    List<String> texts =
        awaited(() -> allSent().map(all -> without(known, all)).filter(found -> !found.isEmpty()));
    for (int newest = 0; ; newest++) {
      try {
        step.accept(texts.get(newest));
        return;
      } catch (StatusRuntimeException e) {
        requireReason(e, newest + 1 < Math.min(MOST_CODES, texts.size()));
      }
    }
  }

  /** The texts of all SMS, newest first, if none is on its way: looked at before they are read. */
  private Optional<List<String>> allSent() {
    return WalkTraces.allSent(world, citizen) ? Optional.of(citizen.smsTexts()) : Optional.empty();
  }

  /** Each once: one whose sending was interrupted may have come twice. */
  private static List<String> without(List<String> known, List<String> all) {
    return all.stream().filter(text -> !known.contains(text)).distinct().toList();
  }

  private static void requireReason(StatusRuntimeException e, boolean another) {
    if (!another || !Refused.of(e).reason().equals("AUTHENTICATION_FAILED")) {
      throw e;
    }
  }

  private void awaitMail(String subject) throws SQLException {
    awaited(() -> citizen.mails().stream().filter(m -> m.getSubject().equals(subject)).findFirst());
  }

  /** Waits for a message; one whose sending was interrupted is late, until its lease is over. */
  private <T> T awaited(Supplier<Optional<T>> message) throws SQLException {
    for (int look = 1; look <= MOST_LOOKS; look++) {
      Optional<T> found = message.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (look % LOOKS_OF_A_LEASE == 0) {
        WalkTraces.endLeases(world);
      }
      pause(LOOK);
    }
    throw new AssertionError("the message does not come");
  }

  private static void pause(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
