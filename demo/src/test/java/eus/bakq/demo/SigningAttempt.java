package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.vocabulary.Bytes;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** From the sede's wish to the sede's file. */
final class SigningAttempt extends KillAttempt {
  private static final String MADE = "insert into bakq.signature_request ";
  private static final String CHALLENGED = "insert into bakq.prepared_document";
  private static final String SHOWN = "insert into bakq.interaction ";
  private static final String UPLOADED = "insert into bakq.uploaded_document";
  private static final String ACKNOWLEDGED = "set acknowledged_at";
  private static final String MOVED = "update bakq.signature_request set state = ";

  /** Once for each: AUTHORISED, RESERVED, ENDED. */
  private static final int JUDGED = 1;

  static final int KEPT = 3;

  /** What each of those asks. */
  static final String LEDGER = "insert into bakq.activation_ledger";

  private static final int MOST_PADDING = 100_000;

  private final KillStep step;
  private final String label = "kill-" + UUID.randomUUID();
  private KillWorld kill;
  private Citizen citizen;
  private CreateSignatureRequestRequest.Builder wish;
  private SignatureRequest request;
  private Authorising authorising;
  private String code = "";
  private byte[] fetched = {};
  private byte[] uploaded = {};

  SigningAttempt(KillStep step) {
    this.step = step;
  }

  @Override
  void prepare(KillWorld world) throws Exception {
    kill = world;
    citizen = kill.citizen();
    wish =
        switch (step) {
          case UPLOAD -> Sede.wish();
          case CREATE_UPLOADED -> Sede.wishFor(sede().upload(Documents.form()));
          case COMPLETE ->
              Sede.wish(Documents.form(), Documents.pdfA1b())
                  .setLevel(SignatureLevel.SIGNATURE_LEVEL_B_LTA);
          default -> Sede.wish(Documents.form());
        };
    if (step == KillStep.UPLOAD) {
      byte[] form = Documents.form(); // of a size that no other has
      int more = 1 + Math.floorMod(label.hashCode(), MOST_PADDING);
      uploaded = Arrays.copyOf(form, form.length + more);
      return;
    }
    wish.getDocumentsBuilder(0).setLabel(label);
    if (step == KillStep.CREATE || step == KillStep.CREATE_UPLOADED) {
      return;
    }
    request = sede().ask(wish);
    Set<KillStep> withoutCitizen = Set.of(KillStep.OPEN, KillStep.CANCEL);
    if (withoutCitizen.contains(step)) {
      return;
    }
    kill.awaitNoMessages(citizen);
    authorising = citizen.open(request);
    if (step == KillStep.PASSWORD || step == KillStep.REJECT) {
      return;
    }
    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
    code = citizen.nextCode();
    if (step != KillStep.CODE && step != KillStep.COMPLETE) {
      authorising.submitCode(code);
    }
    kill.awaitNoMessages(citizen);
  }

  private Sede sede() {
    return kill.world().sede(WorldFiles.SEDE_A);
  }

  @Override
  Citizen citizen() {
    return citizen;
  }

  @Override
  void act() {
    switch (step) {
      case UPLOAD -> sede().upload(uploaded);
      case CREATE, CREATE_UPLOADED -> request = sede().ask(wish);
      case OPEN -> authorising = citizen.open(request);
      case PASSWORD -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
      case CODE, COMPLETE -> authorising.submitCode(code);
      case FETCH -> fetched = sede().fetch(request.getId(), 0);
      case ACKNOWLEDGE -> sede().acknowledge(request.getId());
      case CANCEL -> sede().cancel(request.getId());
      case REJECT -> authorising.reject();
      default -> throw new IllegalStateException(step + " is no step of signing");
    }
  }

  @Override
  void judge(boolean answered, Optional<KillPoint> point) throws Exception {
    switch (step) {
      case UPLOAD -> {
        assertThat(uploads()).isEqualTo(done(point, answered, UPLOADED, uploads() == 1) ? 1 : 0);
        wish = Sede.wishFor(sede().upload(Documents.form()));
        wish.getDocumentsBuilder(0).setLabel(label);
        request = sede().ask(wish);
      }
      case CREATE, CREATE_UPLOADED -> judgeWish(answered, point);
      case OPEN -> judgeOpening(answered, point);
      case PASSWORD -> judgePassword(answered, point);
      case CODE, COMPLETE -> judgeCode(answered, point);
      case FETCH, ACKNOWLEDGE -> judgeRelease(answered, point);
      case CANCEL -> judgeEnd("CANCELLED", answered, point);
      case REJECT -> judgeEnd("REJECTED", answered, point);
      default -> throw new IllegalStateException(step + " is no step of signing");
    }
  }

  @Override
  void goOn() throws Exception {
    kill.awaitNoMessages(citizen);
    if (Set.of("FROZEN", "CHALLENGED").contains(state())) {
      assertThat(citizen.sign(request)).isEqualTo(documents());
    }
    if (Set.of("COMPLETING", "COMPLETED").contains(state())) {
      release();
    }
    if (!state().equals("COMPLETED")) {
      signsSomethingNew(kill, citizen);
    }
    kill.rest(citizen);
  }

  @Override
  void leave() throws Exception {
    kill.awaitNoMessages(citizen);
    kill.rest(citizen);
  }

  /** Step 2: the repetition gives the same request, and there is one. */
  private void judgeWish(boolean answered, Optional<KillPoint> point) throws Exception {
    long known = kill.world().count(labelled());
    assertThat(known).isEqualTo(done(point, answered, MADE, known == 1) ? 1 : 0);
    SignatureRequest first = sede().ask(wish);
    assertThat(sede().ask(wish)).isEqualTo(first);
    assertThat(kill.world().count(labelled())).isOne();
    request = first;
    assertState("FROZEN");
  }

  /** Step 0c: what was uploaded is kept, or not. */
  private long uploads() throws Exception {
    return kill.world()
        .count("select count(*) from uploaded_document where size = " + uploaded.length);
  }

  /** Step 3: the interaction and its record are there together, or neither. */
  private void judgeOpening(boolean answered, Optional<KillPoint> point) throws Exception {
    assertState("FROZEN");
    long known =
        kill.world()
            .count(
                "select count(*) from interaction where subject = '%s'".formatted(request.getId()));
    assertThat(known).isEqualTo(done(point, answered, SHOWN, known == 1) ? 1 : 0);
    assertThat(
            kill.world()
                .count(
                    "select count(*) from audit_record where type = 'SIGNATURE_REQUEST_SHOWN' and subject = '%s'"
                        .formatted(request.getId())))
        .isEqualTo(known);
  }

  private String labelled() {
    return "select count(*) from request_document where label = '%s'".formatted(label);
  }

  /** Steps 3 to 8: not counted and sent once more in the same interaction, or begun again. */
  private void judgePassword(boolean answered, Optional<KillPoint> point) throws Exception {
    boolean done = done(point, answered, CHALLENGED, state().equals("CHALLENGED"));
    assertState(done ? "CHALLENGED" : "FROZEN");
    if (!done) {
      kill.awaitNoMessages(citizen);
      authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
      assertThat(authorising.submitCode(citizen.nextCode())).isOne();
    }
  }

  /** Steps 10 to 18. */
  private void judgeCode(boolean answered, Optional<KillPoint> point) throws Exception {
    String found = state();
    String expected =
        point
            .map(known -> afterLedger(known.committed(LEDGER)))
            .orElse(answered ? "COMPLETED" : found);
    assertState(expected);
    switch (expected) {
      case "CHALLENGED" -> {
        kill.awaitNoMessages(citizen);
        assertThat(authorising.submitCode(code)).as("the code sent again").isEqualTo(documents());
      }
      case "FROZEN" -> {
        assertThat(Refused.by(() -> authorising.submitCode(code)).reason())
            .isEqualTo("INTERACTION_NOT_FOUND");
        kill.awaitNoMessages(citizen);
        Authorising again = citizen.challenged(request);
        String next = citizen.nextCode();
        if (!next.equals(code)) {
          assertThat(Refused.by(() -> again.submitCode(code)).reason())
              .as("the code of before")
              .isEqualTo("AUTHENTICATION_FAILED");
        }
        assertThat(again.submitCode(next)).isEqualTo(documents());
      }
      default -> assertThat(expected).isEqualTo("COMPLETED");
    }
    assertThat(Refused.by(() -> authorising.submitCode(code)).reason())
        .as("the code used once more")
        .isEqualTo("INTERACTION_NOT_FOUND");
  }

  private int documents() {
    return wish.getDocumentsCount();
  }

  private static String afterLedger(long transactions) {
    if (transactions < JUDGED) {
      return "CHALLENGED";
    }
    return transactions < KEPT ? "FROZEN" : "COMPLETED";
  }

  /** Steps 19 and 20. */
  private void judgeRelease(boolean answered, Optional<KillPoint> point) throws Exception {
    assertState("COMPLETED");
    boolean over =
        step == KillStep.ACKNOWLEDGE
            && done(point, answered, ACKNOWLEDGED, kill.world().count(acknowledged()) == 1);
    assertThat(kill.world().count(acknowledged())).isEqualTo(over ? 1 : 0);
    if (!over) {
      byte[] again = sede().fetch(request.getId(), 0);
      assertThat(answered && fetched.length > 0 ? fetched : again).isEqualTo(again);
    }
  }

  private String acknowledged() {
    return "select count(*) from signature_request where id = '%s' and acknowledged_at is not null"
        .formatted(request.getId());
  }

  private void judgeEnd(String end, boolean answered, Optional<KillPoint> point) throws Exception {
    boolean done = done(point, answered, MOVED, state().equals(end));
    assertState(done ? end : "FROZEN");
    if (step == KillStep.CANCEL) {
      var _ = sede().cancel(request.getId()); // again, or for the first time
    } else if (!done) {
      var _ = citizen.open(request).reject();
    }
    assertState(end);
  }

  private void assertState(String expected) throws Exception {
    assertThat(state()).as("the request").isEqualTo(expected);
    assertThat(sede().get(request.getId()).getState().name())
        .as("what the sede sees")
        .isEqualTo("SIGNATURE_REQUEST_STATE_" + expected);
  }

  private String state() throws Exception {
    return text(
        kill.world(),
        "select state from signature_request where id = '%s'".formatted(request.getId()));
  }

  /** The same bytes at each fetching; after the acknowledgement none, however often it is given. */
  private void release() throws Exception {
    String id = request.getId();
    if (kill.world().count(acknowledged()) == 0) {
      for (int i = 0; i < documents(); i++) {
        byte[] signed = sede().fetchCompleted(id, i);
        assertThat(Arrays.equals(sede().fetch(id, i), signed)).isTrue();
        requireRecorded(id, i, signed);
        assertThat(SignedValues.stamps(signed)).isEqualTo(step == KillStep.COMPLETE ? 1 : 0);
      }
    }
    var _ = sede().acknowledge(id);
    var _ = sede().acknowledge(id);
    assertThat(Refused.by(() -> sede().fetch(id, 0)).reason()).isEqualTo("ALREADY_FETCHED");
  }

  /**
   * SIGNED_DOCUMENT_FETCHED and SIGNATURE_CREATED say what is in a document that was handed out.
   */
  private void requireRecorded(String request, int index, byte[] signed) throws Exception {
    assertThat(
            kill.world()
                .count(
                    "select count(*) from audit_record where type = 'SIGNED_DOCUMENT_FETCHED' and subject = '%s' and details ->> 'sha256' = '%s'"
                        .formatted(request, Bytes.copyOf(signed).sha256().toHex())))
        .isPositive();
    String recorded =
        text(
            kill.world(),
            "select details ->> 'value_sha256' from audit_record where type = 'SIGNATURE_CREATED' and subject = '%s' and details ->> 'ordinal' = '%d'"
                .formatted(request, index));
    assertThat(SignedValues.of(signed)).contains(recorded);
  }
}
