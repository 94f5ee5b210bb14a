package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A world in which it gets late, or somebody with the database changes what a sede has asked. A
 * world for each test, because neither can be taken back.
 */
class TamperedWorldTest {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private JumpingWorld jumping;
  private DemoWorld world;
  private Sede sede;
  private Citizen citizen;
  private SignatureRequest request;
  private Authorising challenged;
  private String code;

  @BeforeEach
  void challenge() throws Exception {
    jumping =
        JumpingWorld.start(
            """
            citizenKeys: {authenticationCredential: true}
            algorithms: {SHA512: 2020-01-01}
            """);
    world = jumping.world();
    sede = world.sede(DemoWorld.SEDE_A);
    citizen = world.activeCitizen();
    request = sede.ask(BadDocuments.sound());
    challenged = citizen.challenged(request);
    code = citizen.nextCode();
  }

  @AfterEach
  void close() {
    jumping.close();
  }

  @Test
  @DisplayName("OTP-02: a code is good for five minutes, and a request for ten")
  void refusesWhatHasExpired() throws Exception {
    Program inSixMinutes = challenged.program().ahead(jumping.timePasses(Duration.ofMinutes(6)));

    assertThat(
            Refused.by(() -> challenged.submitCode(code, challenged.ticket(), inSixMinutes))
                .reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo("AUTHENTICATION_FAILED REFUSED CODE_EXPIRED");

    jumping.timePasses(Duration.ofMinutes(11));
    assertThat(Refused.by(() -> citizen.open(request)).reason())
        .isEqualTo("SIGNATURE_REQUEST_NOT_OPEN");
    awaitState(request, SignatureRequestState.SIGNATURE_REQUEST_STATE_EXPIRED);
    assertThat(world.audit().lastLine(request.getId()))
        .isEqualTo("SIGNATURE_REQUEST_EXPIRED SUCCEEDED");
    assertThat(world.audit().count(request.getId(), "SAD_CREATED")).isZero();
    world.conformance().requireNoViolation();
  }

  @Test
  @DisplayName("SAD-19: a request of which the expected signer was changed is used for nothing")
  void refusesAnAlteredRequestAndSettlesTheOthers() throws Exception {
    SignatureRequest other = sede.ask(BadDocuments.sound());
    world.newCitizen().challenged(other); // In the same state, and so looked at after the altered.
    assertThat(
            world.tamper(
                "update signature_request set expected_signer = '00000000T' where id = '"
                    + request.getId()
                    + "'"))
        .isOne();

    assertThat(Refused.by(() -> challenged.submitCode(code)).reason()).isEqualTo("DATA_ALTERED");
    assertThat(Refused.by(() -> citizen.open(request)).reason()).isEqualTo("DATA_ALTERED");
    assertThat(Refused.by(() -> sede.fetch(request.getId(), 0)).reason()).isEqualTo("DATA_ALTERED");
    assertThat(world.audit().count(request.getId(), "SAD_CREATED")).isZero();

    // It does not keep the housekeeping from the others, which are younger.
    jumping.timePasses(Duration.ofMinutes(11));
    awaitState(other, SignatureRequestState.SIGNATURE_REQUEST_STATE_EXPIRED);
  }

  @Test
  @DisplayName(
      "CRT-10: a suspension that nobody has lifted becomes a revocation, of both credentials")
  void revokesWhatNobodyHasLifted() throws Exception {
    world.officer().suspend(citizen, Duration.ofMinutes(61));
    jumping.timePasses(Duration.ofMinutes(62));

    assertThat(citizen.mailWith("Your BakQ is revoked").getText())
        .contains("nobody lifted the suspension in time");
    assertThat(recordedBySystem())
        .containsExactly(
            "CERTIFICATE_REVOKED", "KEY_DESTROYED", "CERTIFICATE_REVOKED", "KEY_DESTROYED");
    assertThat(Refused.by(() -> world.officer().lift(citizen)).reason()).isEqualTo("NO_CREDENTIAL");
  }

  @Test
  @DisplayName("SAD-21, KEY-10: when a certificate has expired, nothing is signed and the key goes")
  void destroysTheKeysOfExpiredCertificates() throws Exception {
    Duration ahead = jumping.timePasses(Duration.ofDays(1096));
    SignatureRequest later = sede.ask(BadDocuments.sound());
    Authorising authorising = citizen.open(later);
    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD, authorising.program().ahead(ahead));
    assertThat(world.audit().lastLine(later.getId()))
        .startsWith("AUTHENTICATION_PASSWORD_JUDGED REFUSED");

    List<String> ended =
        List.of("CERTIFICATE_EXPIRED", "KEY_DESTROYED", "CERTIFICATE_EXPIRED", "KEY_DESTROYED");
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!recordedBySystem().equals(ended) && System.nanoTime() - end < 0) {
      Thread.sleep(Duration.ofMillis(100));
    }
    assertThat(recordedBySystem()).isEqualTo(ended);
    assertThat(Refused.by(() -> world.officer().suspend(citizen, Duration.ofDays(1097))).reason())
        .isEqualTo("NO_CREDENTIAL");
  }

  /** What the server did with the citizen's credentials by itself. */
  private List<String> recordedBySystem() {
    return world.audit().of(citizen.signerId()).stream()
        .filter(record -> record.getActor().equals("system"))
        .map(record -> record.getType())
        .filter(type -> !type.equals("SIGNER_WRITTEN")) // of acts of others, too
        .toList();
  }

  @Test
  @DisplayName("PRV-04: at rest an upload is encrypted, and opens for no other sede")
  void refusesAnUploadThatWasGivenToAnotherSede() throws Exception {
    String upload = sede.upload(BadDocuments.sound());
    String where = " where id = '" + upload + "'";
    assertThat(
            world.count(
                "select count(*) from uploaded_document"
                    + where
                    + " and position('%PDF'::bytea in content) = 0"
                    + " and position('endobj'::bytea in content) = 0"))
        .isOne();

    world.tamper("update uploaded_document set caller = '" + DemoWorld.SEDE_B + "'" + where);

    assertThat(Refused.by(() -> world.sede(DemoWorld.SEDE_B).ask(Sede.wishFor(upload))).reason())
        .isEqualTo("DATA_ALTERED");
  }

  @Test
  @DisplayName("KEY-02: a hash whose last day is over is refused to the sede; others go on")
  void refusesAFormThatIsNotOfferedAnyMore() {
    var wish =
        Sede.wish(BadDocuments.sound()).setDigestAlgorithm(DigestAlgorithm.DIGEST_ALGORITHM_SHA512);

    assertThat(Refused.by(() -> sede.ask(wish)).reason()).isEqualTo("SIGNATURE_FORM_NOT_OFFERED");

    wish.setDigestAlgorithm(DigestAlgorithm.DIGEST_ALGORITHM_SHA384);
    assertThat(sede.ask(wish).getDigestAlgorithm())
        .isEqualTo(DigestAlgorithm.DIGEST_ALGORITHM_SHA384);
    world.conformance().requireNoViolation();
  }

  @Test
  @DisplayName("a watcher of an altered request is told of a fault; others are told what happens")
  void endsTheWatchOfAnAlteredRequest() throws Exception {
    SignatureRequest other = sede.ask(BadDocuments.sound());
    Watching watching = sede.watch(request.getId());
    Watching another = sede.watch(other.getId());
    watching.next();
    another.next();

    world.tamper(
        "update signature_request set expected_signer = '00000000T', state = 'FROZEN' where id = '"
            + request.getId()
            + "'");
    sede.cancel(other.getId());

    assertThat(Refused.by(watching::next).reason()).isEqualTo("DATA_ALTERED");
    assertThat(another.next().getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED);
  }

  private void awaitState(SignatureRequest awaited, SignatureRequestState state)
      throws InterruptedException {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    SignatureRequestState seen = sede.get(awaited.getId()).getState();
    while (seen != state && System.nanoTime() - end < 0) {
      Thread.sleep(Duration.ofMillis(100));
      seen = sede.get(awaited.getId()).getState();
    }
    assertThat(seen).isEqualTo(state);
  }
}
