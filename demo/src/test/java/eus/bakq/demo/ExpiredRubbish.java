package eus.bakq.demo;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * What was good and is too old. Everything is made first; then it gets later, for the database and
 * for the server, case after case, and never earlier. After it nothing else can be done in this
 * world.
 */
final class ExpiredRubbish {
  static final String GROUP = "What has expired";

  private static final String REQUESTS = "SignatureRequestService/";
  private static final String AUTHORISING = "AuthorisationService/";
  private static final String ACTIVATING = "ActivationService/";
  private static final String OFFICER = "RegistrationService/";

  private static final int DAY = 24 * 60;

  private final Cases cases = new Cases(GROUP);

  private ExpiredRubbish() {}

  static List<RefusedInput> cases() {
    ExpiredRubbish all = new ExpiredRubbish();
    all.afterMinutes();
    all.anExpiredRequest();
    all.afterDays();
    return all.cases.list();
  }

  private void afterMinutes() {
    at(
        6,
        AUTHORISING + "SubmitCode",
        "a code of six minutes ago",
        "AUTHENTICATION_FAILED",
        OldThings::submitCode);
    at(
        6,
        ACTIVATING + "SubmitCode",
        "a code of six minutes ago, of an activation",
        "AUTHENTICATION_FAILED",
        OldThings::submitCodeOfActivation);
    at(
        6,
        AUTHORISING + "SubmitPassword",
        "a proof of six minutes ago",
        "PROGRAM_CLOCK_DIFFERS proof.made_at_seconds",
        OldThings::oldProof);
    at(
        11,
        AUTHORISING + "SubmitPassword",
        "an interaction of eleven minutes ago",
        "INTERACTION_NOT_FOUND",
        OldThings::password);
    at(
        11,
        ACTIVATING + "SetPassword",
        "a temporary password of eleven minutes ago",
        "INTERACTION_NOT_FOUND",
        OldThings::temporaryPassword);
    at(
        11,
        REQUESTS + "CreateSignatureRequest",
        "an upload of eleven minutes ago",
        "UPLOAD_NOT_FOUND",
        things -> things.sede().ask(Sede.wishFor(things.upload())));
  }

  /** Every call about it; the interactions with it have ended as it has. */
  private void anExpiredRequest() {
    expired(REQUESTS + "GetSignatureRequest", "accepted", things -> things.sede().get(things.id()));
    expired(REQUESTS + "WatchSignatureRequest", "accepted", OldThings::watch);
    expired(
        REQUESTS + "FetchSignedDocument",
        "NOT_COMPLETED",
        things -> things.sede().fetch(things.id(), 0));
    expired(
        REQUESTS + "StreamSignedDocument",
        "NOT_COMPLETED",
        things -> things.sede().stream(things.id(), 0));
    expired(
        REQUESTS + "AcknowledgeSignedDocuments",
        "NOT_COMPLETED",
        things -> things.sede().acknowledge(things.id()));
    expired(
        REQUESTS + "CancelSignatureRequest",
        "SIGNATURE_REQUEST_NOT_OPEN",
        things -> things.sede().cancel(things.id()));
    expired(
        AUTHORISING + "OpenAuthorisation",
        "SIGNATURE_REQUEST_NOT_OPEN",
        things -> things.citizen().open(things.request()));
    expired(AUTHORISING + "SubmitPassword", "INTERACTION_NOT_FOUND", OldThings::password);
    expired(AUTHORISING + "SubmitCode", "INTERACTION_NOT_FOUND", OldThings::submitCode);
    expired(AUTHORISING + "Reject", "INTERACTION_NOT_FOUND", OldThings::reject);
  }

  private void expired(String call, String answer, Deed deed) {
    at(12, call, "a request that has expired", answer, deed);
  }

  private void afterDays() {
    at(
        62,
        OFFICER + "LiftSuspension",
        "a suspension that has ended",
        "NO_CREDENTIAL",
        OldThings::lift);
    at(
        DAY + 60,
        REQUESTS + "FetchSignedDocument",
        "a signed document that was kept for its day",
        "ALREADY_FETCHED",
        OldThings::fetchErased);
    at(
        DAY + 60,
        REQUESTS + "CreateSignatureRequest",
        "the `request_id` of another wish, of the day before",
        "accepted",
        OldThings::askAgain);
    at(
        8 * DAY,
        ACTIVATING + "OpenActivation",
        "a link of eight days ago",
        "ACTIVATION_LINK_INVALID",
        OldThings::openLink);
    at(
        1100 * DAY,
        AUTHORISING + "SubmitCode",
        "any code, by a person whose certificate has expired",
        "AUTHENTICATION_FAILED",
        OldThings::signWithoutACertificate);
  }

  private interface Deed {
    Object of(OldThings things) throws Exception;
  }

  private void at(int minutes, String call, String what, String answer, Deed deed) {
    cases.add(
        call,
        what,
        answer,
        situations -> {
          OldThings things =
              situations.kept(GROUP, OldThings.class, () -> OldThings.in(situations));
          situations.waitUntil(Duration.ofMinutes(minutes));
          return Answer.to(() -> deed.of(things));
        });
  }

  /**
   * Made while they were new.
   *
   * @param request nobody signs it
   * @param opened an interaction about it
   * @param challenged another, with a code
   * @param activating with a temporary password that was not used
   * @param waiting an activation that waits for its code
   * @param signed completed, and not fetched
   * @param wish asked for once
   */
  private record OldThings(
      Situations situations,
      Sede sede,
      Citizen citizen,
      SignatureRequest request,
      Authorising opened,
      Authorising challenged,
      String code,
      Citizen registered,
      Activating activating,
      String temporary,
      Activating waiting,
      String codeOfActivation,
      String link,
      String upload,
      Citizen suspended,
      SignatureRequest signed,
      CreateSignatureRequestRequest.Builder wish) {
    static OldThings in(Situations situations) {
      DemoWorld world = situations.world();
      Sede sede = world.sede(DemoWorld.SEDE_A);
      Citizen citizen = world.activeCitizen();
      SignatureRequest signed = sede.ask(BadDocuments.sound());
      citizen.sign(signed);
      SignatureRequest request = sede.ask(BadDocuments.sound());
      Authorising opened = citizen.open(request);
      Authorising challenged = citizen.challenged(request);
      String code = citizen.nextCode();
      Citizen registered = world.registeredCitizen();
      Activating activating = registered.openLink();
      Citizen suspended = world.activeCitizen();
      world.officer().suspend(suspended, Duration.ofMinutes(61));
      CreateSignatureRequestRequest.Builder wish = Sede.wish(BadDocuments.sound());
      sede.ask(wish);
      Citizen beginning = world.registeredCitizen();
      Activating waiting = beginning.activateUpToCode();
      return new OldThings(
          situations,
          sede,
          citizen,
          request,
          opened,
          challenged,
          code,
          registered,
          activating,
          registered.nextTemporaryPassword(),
          waiting,
          beginning.nextCode(),
          registered.linkToken(),
          sede.upload(BadDocuments.sound()),
          suspended,
          signed,
          wish);
    }

    String id() {
      return request.getId();
    }

    /** The same program, whose clock goes by the time that it is now. */
    private Program now(Program program) {
      return program.ahead(situations.passed());
    }

    Object watch() {
      Watching watching = sede.watch(id());
      SignatureRequest first = watching.next();
      watching.goAway();
      return first;
    }

    Object submitCode() {
      return challenged.submitCode(code, challenged.ticket(), now(challenged.program()));
    }

    Object submitCodeOfActivation() {
      return waiting.by(now(waiting.program())).submitCode(codeOfActivation, waiting.ticket());
    }

    Object oldProof() {
      return opened.submitPassword(citizen.dni(), Citizen.PASSWORD);
    }

    Object password() {
      return opened.submitPassword(citizen.dni(), Citizen.PASSWORD, now(opened.program()));
    }

    Object reject() {
      return opened.reject(now(opened.program()));
    }

    Object temporaryPassword() {
      return activating.by(now(activating.program())).setPassword(temporary, Citizen.PASSWORD);
    }

    /** Revoked by then, by whom housekeeping is. */
    Object lift() {
      suspended.mailWith("Your BakQ is revoked");
      return situations.world().officer().lift(suspended);
    }

    /** Erased by then, by whom housekeeping is. */
    Object fetchErased() throws Exception {
      await(() -> Answer.to(() -> sede.fetch(signed.getId(), 0)).code() != Status.Code.OK);
      return sede.fetch(signed.getId(), 0);
    }

    /** Forgotten by then, by whom housekeeping is. */
    Object askAgain() throws Exception {
      wish.getDocumentsBuilder(0).setLabel("another");
      await(() -> Answer.to(() -> sede.ask(wish)).equals(Answer.ACCEPTED));
      return sede.ask(wish);
    }

    Object openLink() {
      return Activating.open(situations.world().signerChannel(), link);
    }

    /** The password is answered as ever, and there never was a code. */
    Object signWithoutACertificate() {
      Authorising late = citizen.open(sede.ask(BadDocuments.sound()));
      Program program = now(late.program());
      late.submitPassword(citizen.dni(), Citizen.PASSWORD, program);
      return late.submitCode(code, late.ticket(), program);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
      if (!Eventually.is(condition)) {
        throw new AssertionError("it was not done by itself");
      }
    }
  }
}
