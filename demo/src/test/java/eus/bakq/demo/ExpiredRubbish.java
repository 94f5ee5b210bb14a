package eus.bakq.demo;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What was good and is too old. Everything is made first; then it gets later, for the database
 * and for the server, case after case, and never earlier. After it nothing else can be done in this
 * world.
 */
final class ExpiredRubbish {
  static final String GROUP = "What has expired";

  private static final String OPEN = "AuthorisationService/OpenAuthorisation";

  private ExpiredRubbish() {}

  static List<RefusedInput> cases() {
    List<RefusedInput> cases = new ArrayList<>();
    at(
        cases,
        6,
        "AuthorisationService/SubmitCode",
        "a code of six minutes ago",
        "AUTHENTICATION_FAILED",
        OldThings::submitCode);
    at(
        cases,
        11,
        "AuthorisationService/SubmitPassword",
        "an interaction of eleven minutes ago",
        "INTERACTION_NOT_FOUND",
        OldThings::password);
    at(
        cases,
        11,
        "ActivationService/SetPassword",
        "a temporary password of eleven minutes ago",
        "INTERACTION_NOT_FOUND",
        OldThings::temporaryPassword);
    at(
        cases,
        11,
        OPEN,
        "a request that has expired",
        "SIGNATURE_REQUEST_NOT_OPEN",
        OldThings::open);
    at(
        cases,
        11,
        "SignatureRequestService/CancelSignatureRequest",
        "a request that has expired",
        "SIGNATURE_REQUEST_NOT_OPEN",
        OldThings::cancel);
    at(
        cases,
        11,
        "SignatureRequestService/FetchSignedDocument",
        "a request that has expired",
        "NOT_COMPLETED",
        OldThings::fetch);
    at(
        cases,
        11,
        "SignatureRequestService/CreateSignatureRequest",
        "an upload of eleven minutes ago",
        "UPLOAD_NOT_FOUND",
        OldThings::useUpload);
    at(
        cases,
        62,
        "RegistrationService/LiftSuspension",
        "a suspension that has ended",
        "NO_CREDENTIAL",
        OldThings::lift);
    at(
        cases,
        8 * 24 * 60,
        "ActivationService/OpenActivation",
        "a link of eight days ago",
        "ACTIVATION_LINK_INVALID",
        OldThings::openLink);
    return cases;
  }

  private interface Deed {
    Object of(OldThings things) throws Exception;
  }

  private static void at(
      List<RefusedInput> cases, int minutes, String call, String what, String answer, Deed deed) {
    cases.add(
        new RefusedInput(
            GROUP,
            call,
            what,
            answer,
            situations -> {
              OldThings things =
                  situations.kept(GROUP, OldThings.class, () -> OldThings.in(situations.world()));
              situations.waitUntil(Duration.ofMinutes(minutes));
              things.ahead().set(Duration.ofMinutes(minutes));
              return Answer.to(() -> deed.of(things));
            }));
  }

  /** Made while they were new. */
  private record OldThings(
      DemoWorld world,
      Sede sede,
      Citizen citizen,
      SignatureRequest request,
      Authorising opened,
      Authorising challenged,
      String code,
      Activating activating,
      String temporary,
      String link,
      String upload,
      Citizen suspended,
      AtomicReference<Duration> ahead) {
    static OldThings in(DemoWorld world) {
      Sede sede = world.sede(DemoWorld.SEDE_A);
      Citizen citizen = world.activeCitizen();
      SignatureRequest request = sede.ask(BadDocuments.sound());
      Authorising opened = citizen.open(request);
      Authorising challenged = citizen.challenged(request);
      String code = citizen.nextCode();
      Citizen registered = world.registeredCitizen();
      Activating activating = registered.openLink();
      Citizen suspended = world.activeCitizen();
      world.officer().suspend(suspended, Duration.ofMinutes(61));
      return new OldThings(
          world,
          sede,
          citizen,
          request,
          opened,
          challenged,
          code,
          activating,
          registered.nextTemporaryPassword(),
          registered.linkToken(),
          sede.upload(BadDocuments.sound()),
          suspended,
          new AtomicReference<>(Duration.ZERO));
    }

    Object submitCode() {
      return challenged.submitCode(
          code, challenged.ticket(), challenged.program().ahead(ahead.get()));
    }

    Object password() {
      return opened.submitPassword(
          citizen.dni(), Citizen.PASSWORD, opened.program().ahead(ahead.get()));
    }

    Object temporaryPassword() {
      return activating
          .by(activating.program().ahead(ahead.get()))
          .setPassword(temporary, Citizen.PASSWORD);
    }

    Object open() {
      return citizen.open(request);
    }

    Object cancel() {
      return sede.cancel(request.getId());
    }

    Object fetch() {
      return sede.fetch(request.getId(), 0);
    }

    Object useUpload() throws Exception {
      return sede.ask(Sede.wishFor(upload));
    }

    /** Revoked by then, by whom housekeeping is. */
    Object lift() throws Exception {
      suspended.mailWith("Your BakQ is revoked");
      return world.officer().lift(suspended);
    }

    Object openLink() {
      return Activating.open(world.signerChannel(), link);
    }
  }
}
