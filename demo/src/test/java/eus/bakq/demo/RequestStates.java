package eus.bakq.demo;

import eus.bakq.demo.UnreliableTimeStamps.Manner;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Every call about a signature request in each of its states. One line a state, one word a call; a
 * dash where the call does not concern the state.
 */
final class RequestStates {
  static final String GROUP = "States of a signature request";

  private static final List<String> CALLS =
      List.of(
          "SignatureRequestService/GetSignatureRequest",
          "SignatureRequestService/WatchSignatureRequest",
          "SignatureRequestService/FetchSignedDocument",
          "SignatureRequestService/StreamSignedDocument",
          "SignatureRequestService/AcknowledgeSignedDocuments",
          "AuthorisationService/SubmitCode",
          "AuthorisationService/SubmitPassword",
          "AuthorisationService/Reject",
          "SignatureRequestService/CancelSignatureRequest",
          "AuthorisationService/OpenAuthorisation");

  private static final Set<String> CHANGES =
      Set.of(
          "AuthorisationService/SubmitCode",
          "AuthorisationService/SubmitPassword",
          "AuthorisationService/Reject",
          "SignatureRequestService/CancelSignatureRequest");

  /** The columns are those of {@link #CALLS}. */
  private static final String TABLE =
      """
      frozen          ok ok NC NC NC IN ok ok ok ok
      challenged      ok ok NC NC NC ok ok ok ok ok
      authorised      ok ok NC NC NC NO NO NO NO NO
      completing      ok ok NC NC NC NO NO NO NO NO
      failed          ok ok NC NC NC NO NO NO NO NO
      completed       ok ok ok ok ok NO NO NO NO NO
      acknowledged    ok ok AF AF ok NO NO NO NO NO
      rejected        ok ok NC NC NC IN IN IN NO NO
      cancelled       ok ok NC NC NC IN IN IN ok NO
      of_another_sede NF NF NF NF NF -  -  -  NF -
      unknown         NF NF NF NF NF IN IN IN NF NF
      """;

  private RequestStates() {}

  static List<RefusedInput> cases() {
    List<RefusedInput> cases = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      String[] words = line.split(" +", -1);
      for (int i = 0; i < CALLS.size(); i++) {
        String call = CALLS.get(i);
        String state = words[0];
        boolean last = i == CALLS.size() - 1;
        if (!words[i + 1].equals("-")) {
          cases.add(
              new RefusedInput(
                  GROUP,
                  call,
                  "a request that is " + state.replace('_', ' '),
                  answer(words[i + 1]),
                  situations -> call(situations, state, call, last)));
        }
      }
    }
    return cases;
  }

  /** The state serves for call after call, until one has changed it. */
  private static Answer call(Situations situations, String state, String call, boolean last)
      throws Exception {
    Case in = situations.kept(GROUP + state, Case.class, () -> in(situations, state));
    Answer answer = in.call(call);
    if (last || (answer.equals(Answer.ACCEPTED) && CHANGES.contains(call))) {
      situations.forget(GROUP + state);
      in.afterwards().run();
    }
    return answer;
  }

  private static String answer(String word) {
    return switch (word) {
      case "ok" -> "accepted";
      case "NC" -> "NOT_COMPLETED";
      case "NO" -> "SIGNATURE_REQUEST_NOT_OPEN";
      case "NF" -> "SIGNATURE_REQUEST_NOT_FOUND";
      case "AF" -> "ALREADY_FETCHED";
      case "IN" -> "INTERACTION_NOT_FOUND";
      default -> throw new IllegalArgumentException(word);
    };
  }

  /**
   * A request, and two programs of its citizen that had begun before it came to where it is.
   *
   * @param afterwards lets go on what was held up
   */
  private record Case(
      Sede sede,
      Citizen citizen,
      SignatureRequest request,
      Authorising opened,
      Authorising challenged,
      String code,
      Runnable afterwards) {
    Answer call(String call) {
      return Answer.to(() -> made(call));
    }

    private Object made(String call) {
      String id = request.getId();
      return switch (call.substring(call.indexOf('/') + 1)) {
        case "GetSignatureRequest" -> sede.get(id);
        case "WatchSignatureRequest" -> {
          Watching watching = sede.watch(id);
          SignatureRequest first = watching.next();
          watching.goAway();
          yield first;
        }
        case "FetchSignedDocument" -> sede.fetch(id, 0);
        case "StreamSignedDocument" -> sede.stream(id, 0);
        case "AcknowledgeSignedDocuments" -> sede.acknowledge(id);
        case "CancelSignatureRequest" -> sede.cancel(id);
        case "OpenAuthorisation" -> citizen.open(request);
        case "SubmitPassword" -> opened.submitPassword(citizen.dni(), Citizen.PASSWORD);
        case "SubmitCode" -> challenged.submitCode(code);
        case "Reject" -> opened.reject();
        default -> throw new IllegalArgumentException(call);
      };
    }
  }

  private static Case in(Situations situations, String state) throws Exception {
    DemoWorld world = situations.world();
    Sede sede = world.sede(DemoWorld.SEDE_A);
    Citizen citizen = situations.signer();
    boolean stamped = state.equals("completing") || state.equals("failed");
    SignatureRequest request =
        sede.ask(
            Sede.wish(BadDocuments.sound())
                .setLevel(
                    stamped
                        ? SignatureLevel.SIGNATURE_LEVEL_B_T
                        : SignatureLevel.SIGNATURE_LEVEL_B_B));
    Authorising opened = citizen.open(request);
    boolean fresh = state.equals("frozen");
    Authorising challenged = fresh ? opened : citizen.challenged(request);
    String code = fresh ? "12345678" : citizen.nextCode();
    Runnable afterwards = () -> {};
    switch (state) {
      case "frozen", "challenged" -> {}
      case "authorised" -> authorised(situations, request);
      case "completing" -> {
        signedWithoutAStamp(situations, sede, world.activeCitizen(), request);
        afterwards = () -> situations.stamps().behave(Manner.SOUND);
      }
      case "failed" -> failed(situations, sede, request);
      case "completed" -> world.activeCitizen().sign(request);
      case "acknowledged" -> {
        world.activeCitizen().sign(request);
        sede.acknowledge(request.getId());
      }
      case "rejected" -> citizen.open(request).reject();
      case "cancelled" -> sede.cancel(request.getId());
      case "of_another_sede" -> sede = world.sede(DemoWorld.SEDE_B);
      case "unknown" -> {
        sede.cancel(request.getId());
        request = nowhere(request);
      }
      default -> throw new IllegalArgumentException(state);
    }
    return new Case(sede, citizen, request, opened, challenged, code, afterwards);
  }

  private static SignatureRequest nowhere(SignatureRequest request) {
    String id = UUID.randomUUID().toString();
    String address = request.getAuthorisationAddress();
    return request.toBuilder()
        .setId(id)
        .setAuthorisationAddress(address.substring(0, address.indexOf('#') + 1) + id)
        .build();
  }

  /** As while the key is used: with activation data of which a signature was made, of another. */
  private static void authorised(Situations situations, SignatureRequest request) throws Exception {
    DemoWorld world = situations.world();
    SignatureRequest other = world.sede(DemoWorld.SEDE_A).ask(BadDocuments.sound());
    world.activeCitizen().sign(other);
    world.tamper(
        """
        update signature_request r set state = 'AUTHORISED', sad_id = o.sad_id, signer_id = o.signer_id,
          credential_id = o.credential_id, interaction_id = o.interaction_id
        from signature_request o where r.id = '%s' and o.id = '%s'"""
            .formatted(request.getId(), other.getId()));
  }

  /** Signed, while the time-stamping authority does not answer. */
  private static void signedWithoutAStamp(
      Situations situations, Sede sede, Citizen signing, SignatureRequest request) {
    situations.stamps().behave(Manner.SILENT);
    signing.sign(request);
    SignatureRequestState state = sede.get(request.getId()).getState();
    if (state != SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING) {
      throw new AssertionError("it is not being completed: " + state);
    }
  }

  /** Never completed, because the certificate was revoked before there was a stamp. */
  private static void failed(Situations situations, Sede sede, SignatureRequest request)
      throws Exception {
    Citizen signing = situations.world().activeCitizen();
    signedWithoutAStamp(situations, sede, signing, request);
    situations
        .world()
        .officer()
        .revoke(signing, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED);
    boolean failed =
        Eventually.is(
            () ->
                sede.get(request.getId()).getState()
                    == SignatureRequestState.SIGNATURE_REQUEST_STATE_FAILED);
    situations.stamps().behave(Manner.SOUND);
    if (!failed) {
      throw new AssertionError("it is not given up");
    }
  }
}
