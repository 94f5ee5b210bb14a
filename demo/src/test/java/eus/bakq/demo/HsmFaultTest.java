package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The HSM's module fails, at every function that signing and activating call, before or after it
 * was done.
 *
 * <p>{@code -Dbakq.hsmFaults=all} takes every code on both sides; else one of each is chosen for
 * each function; {@code -Dbakq.seed=N} repeats a choice.
 */
class HsmFaultTest {
  private static final List<String> OF_SIGNING =
      List.of("C_UnwrapKey", "C_GetAttributeValue", "C_SignInit", "C_Sign", "C_DestroyObject");
  private static final List<String> OF_ACTIVATING =
      List.of(
          "C_GenerateKeyPair",
          "C_WrapKey",
          "C_UnwrapKey",
          "C_GetAttributeValue",
          "C_SignInit",
          "C_Sign",
          "C_DestroyObject");
  private static final List<String> OF_MACS = List.of("C_SignInit", "C_Sign");
  private static final long MOST_SECONDS = 60;

  private static FaultyPkcs11 faulty;
  private static UnreliableTimeStamps stamps;
  private static DemoWorld world;
  private Sede sede;
  private Citizen citizen;
  private long objects;
  private String refusal = "";

  @BeforeAll
  static void open(@TempDir Path folder) throws Exception {
    faulty = FaultyPkcs11.shared();
    stamps = UnreliableTimeStamps.start(folder);
    world =
        DemoWorld.start(
            WorldFiles.make(),
            WorldFiles.Settings.usual().modules(faulty.library()).timeStamping(stamps.section()));
  }

  @AfterAll
  static void close() {
    world.close();
    stamps.close();
  }

  /** Somebody new for each: a person is sent ten SMS a day (OTP-13), and no more. */
  @BeforeEach
  void look() throws Exception {
    sede = world.sede(WorldFiles.SEDE_A);
    // The authority's token may still rest from the test before.
    assertThat(Eventually.is(() -> isDone(() -> citizen = world.activeCitizen()))).isTrue();
    objects = faulty.objects();
  }

  @AfterEach
  void leavesNothing() throws Exception {
    faulty.forgetOrders();
    awaitRest();
    new WorldInvariants(world).require();
    assertThat(faulty.objects()).as("keys left in sessions").isEqualTo(objects);
    world.conformance().requireNoViolation();
  }

  static Stream<HsmFault> whenSigning() {
    return Stream.concat(
        HsmFault.chosen("custody", OF_SIGNING).stream(),
        HsmFault.chosen("record", OF_MACS).stream());
  }

  static Stream<HsmFault> whenActivating() {
    return Stream.concat(
        HsmFault.chosen("custody", OF_ACTIVATING).stream(),
        HsmFault.chosen("authority", OF_MACS).stream());
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("SAD-05, SAM-07, KEY-06: the module fails while a citizen's key signs")
  void whenSigning(HsmFault fails) throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();

    FaultyPkcs11.Order order = order(fails);
    boolean signed = isDone(() -> authorising.submitCode(code));
    order.end();

    assertThat(order.met()).isPositive();
    if (fails.times() == 1) {
      assertThat(signed).as("once is tried again inside").isTrue();
    }
    if (fails.times() == 1 && fails.function().equals("C_UnwrapKey")) {
      assertThat(
              world.count(
                  "select count(*) from audit_record where type = 'SIGNATURE_CREATED'"
                      + " and details ->> 'attempts' = '2' and subject = '"
                      + request.getId()
                      + "'"))
          .as("the record says how often the HSM was asked")
          .isEqualTo(1);
    }
    if (!signed) {
      signLater(request);
    }
    requireSignedOnce(request);
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("KEY-05, ENR-12: the module fails while a citizen's key is made and certified")
  void whenActivating(HsmFault fails) throws Exception {
    awaitAuthority(); // or it refuses before it meets anything
    Citizen applicant = world.registeredCitizen();
    Activating activating = applicant.activateUpToCode();
    String code = applicant.nextCode();

    FaultyPkcs11.Order order = order(fails);
    boolean done = isDone(() -> activating.submitCode(code));
    order.end();

    assertThat(order.met()).as("calls that met it; the last refusal: %s", refusal).isPositive();
    if (!done) {
      awaitRest();
      applicant.activateUpToCode().submitCode(applicant.nextCode());
    }
    WalkTraces.requireActive(world, applicant);
    assertThat(
            world.count(
                "select count(*) from credential where signer_id = '" + applicant.signerId() + "'"))
        .as("one key, and what failed left none")
        .isEqualTo(1);
  }

  /** What is asked of the record's token and of nobody's key. */
  enum Deed {
    CREATE("select count(*) from signature_request"),
    UPLOAD("select count(*) from uploaded_document"),
    FETCH("select count(*) from audit_record where type = 'SIGNED_DOCUMENT_FETCHED'"),
    REGISTER("select count(*) from signer"),
    SUSPEND("select count(*) from signer where state = 'SUSPENDED'");

    private final String counted;

    Deed(String counted) {
      this.counted = counted;
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("API-05: what sedes and officers ask while the module fails is not done by half")
  void whenAskedFor(Deed deed) throws Exception {
    Callable<?> call = callOf(deed);
    long before = world.count(deed.counted);

    FaultyPkcs11.Order order = order(HsmFault.silence("record"));
    assertThat(isDone(call)).isFalse();
    assertThat(order.met()).isPositive();
    assertThat(world.count(deed.counted)).isEqualTo(before);
    order.end();

    assertThat(Eventually.is(() -> isDone(call))).isTrue();
    assertThat(world.count(deed.counted)).isEqualTo(before + 1);
  }

  private Callable<?> callOf(Deed deed) {
    return switch (deed) {
      case CREATE -> {
        var wish = Sede.wish(Documents.form());
        yield () -> sede.ask(wish);
      }
      case UPLOAD -> () -> sede.upload(Documents.form());
      case FETCH -> {
        SignatureRequest request = sede.ask(Documents.form());
        citizen.sign(request);
        yield () -> sede.fetch(request.getId(), 0);
      }
      case REGISTER -> {
        var registration = Officer.registration(world.newCitizen());
        yield () -> world.officer().register(registration);
      }
      case SUSPEND -> {
        var suspension = Officer.suspension(citizen, Duration.ofDays(2));
        yield () -> world.officer().suspend(suspension);
      }
    };
  }

  @Test
  @DisplayName("SAM-07: housekeeping that meets a failing module goes on when it does not fail")
  void whenHousekeepingCompletes() throws Exception {
    stamps.behave(UnreliableTimeStamps.Manner.KILLED);
    SignatureRequest request =
        sede.ask(Sede.wish(Documents.form()).setLevel(SignatureLevel.SIGNATURE_LEVEL_B_T));
    citizen.sign(request);
    assertThat(sede.get(request.getId()).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETING);

    FaultyPkcs11.Order order = order(HsmFault.silence("record"));
    stamps.behave(UnreliableTimeStamps.Manner.SOUND);
    assertThat(Eventually.is(() -> order.met() > 1)).isTrue(); // nobody else calls meanwhile
    assertThat(
            world.count(
                "select count(*) from signature_request where state = 'COMPLETING' and id = '"
                    + request.getId()
                    + "'"))
        .isEqualTo(1);
    order.end();
    awaitRest();

    requireSignedOnce(request);
  }

  @Test
  @DisplayName("AUT-05: an HSM that does not answer counts no failure of anybody")
  void whenThePasswordIsJudged() throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.open(request);
    FaultyPkcs11.Order order = order(HsmFault.silence("custody"));

    assertThat(isDone(() -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD))).isFalse();
    order.end();

    assertThat(
            Eventually.is(
                () -> isDone(() -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD))))
        .isTrue();
    assertThat(authorising.submitCode(citizen.nextCode())).isEqualTo(1);
    assertThat(world.audit().lines(request.getId()))
        .filteredOn(line -> line.startsWith("AUTHENTICATION"))
        .containsExactly(
            "AUTHENTICATION_PASSWORD_JUDGED SUCCEEDED", "AUTHENTICATION_SUCCEEDED SUCCEEDED");
    requireSignedOnce(request);
  }

  @Test
  @DisplayName("KEY-15: a wrong value does not leave, and the record says why")
  void whenAValueIsWrong() throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();

    FaultyPkcs11.Order order =
        order(new HsmFault("custody", "C_Sign", Fault.WRONG_BIT, ReturnCode.CKR_OK, 1));
    assertThat(Refused.by(() -> authorising.submitCode(code)).reason())
        .isEqualTo("ACTIVATION_REFUSED");

    assertThat(order.met()).isEqualTo(1);
    assertThat(world.audit().lines(request.getId()))
        .contains(
            "SIGNATURE_FAILED FAILED VALUE_DOES_NOT_VERIFY",
            "SAD_REJECTED REFUSED VALUE_DOES_NOT_VERIFY")
        .doesNotContain("SIGNATURE_CREATED SUCCEEDED");
    assertThat(
            world.count(
                "select count(*) from request_document where value is not null and request_id = '"
                    + request.getId()
                    + "'"))
        .isZero();
    signLater(request);
    requireSignedOnce(request);
  }

  @Test
  @DisplayName("KEY-05: a new key whose first signature is wrong is not certified")
  void whenTheFirstSignatureOfAKeyIsWrong() throws Exception {
    Citizen applicant = world.registeredCitizen();
    Activating activating = applicant.activateUpToCode();
    String code = applicant.nextCode();

    FaultyPkcs11.Order order =
        order(new HsmFault("custody", "C_Sign", Fault.WRONG_BIT, ReturnCode.CKR_OK, 1));
    assertThat(isDone(() -> activating.submitCode(code))).isFalse();

    awaitRest();
    assertThat(order.met()).isEqualTo(1);
    assertThat(
            world.count(
                "select count(*) from audit_record where type = 'CERTIFICATE_REQUESTED'"
                    + " and subject in (select id::text from activation where signer_id = '"
                    + applicant.signerId()
                    + "')"))
        .isZero();
    applicant.activateUpToCode().submitCode(applicant.nextCode());
  }

  @Test
  @DisplayName("a call that hangs in the module holds nobody else up, and ends when it is let go")
  void whenTheModuleHangs() throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    Citizen other = world.activeCitizen();
    FaultyPkcs11.Order order =
        order(new HsmFault("custody", "C_Sign", Fault.HOLD_BEFORE, ReturnCode.CKR_OK, 1));
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Integer> hanging = thread.submit(() -> authorising.submitCode(code));
      assertThat(Eventually.is(() -> order.held() == 1)).isTrue();
      assertThat(sede.get(request.getId()).getState())
          .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_AUTHORISED);
      assertThat(other.sign(sede.ask(Documents.form()))).isEqualTo(1);
      assertThat(hanging.isDone()).isFalse();
      order.end();
      assertThat(hanging.get(MOST_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
    }
    requireSignedOnce(request);
  }

  /** Opening a session, and logging in anew, fail too, when they are needed most. */
  @ParameterizedTest
  @MethodSource
  @DisplayName("KEY-06: the recovery of a token fails once, and the next one does not")
  void whenRecoveryFails(HsmFault fails) throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    order(
        new HsmFault(
            "custody", "C_UnwrapKey", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_REMOVED, 1));
    FaultyPkcs11.Order order = order(fails);

    boolean signed = isDone(() -> authorising.submitCode(code));

    assertThat(order.met()).isPositive();
    if (!signed) {
      signLater(request);
    }
    requireSignedOnce(request);
  }

  static Stream<HsmFault> whenRecoveryFails() {
    return Stream.of("C_OpenSession", "C_Login", "C_FindObjectsInit", "C_FindObjects")
        .map(
            function ->
                new HsmFault(
                    "custody", function, Fault.FAIL_BEFORE, ReturnCode.CKR_GENERAL_ERROR, 1));
  }

  private static FaultyPkcs11.Order order(HsmFault fails) throws Exception {
    long slot =
        Pkcs11Module.open(faulty.library()).tokens().stream()
            .filter(token -> token.label().equals(world.tokens().label(fails.token())))
            .findFirst()
            .orElseThrow()
            .slot();
    return faulty
        .order(fails.function(), fails.fault(), fails.code().value())
        .atSlot(slot)
        .times(fails.times())
        .give();
  }

  /** Whether the call succeeds; if not, it must say that it can be made again. */
  private boolean isDone(Callable<?> call) throws Exception {
    try {
      call.call();
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("TEMPORARILY_UNAVAILABLE");
      assertThat(Refused.of(e).text()).contains("RetryInfo");
      refusal = e.getMessage();
      return false;
    }
  }

  /**
   * After three failures calls to a token are refused for two seconds: that of the record, which
   * asking needs, and that of the custody, which a password needs.
   */
  private void awaitRest() throws Exception {
    var wish = Sede.wish(Documents.form());
    assertThat(Eventually.is(() -> isDone(() -> sede.ask(wish)))).isTrue();
    Authorising probe = citizen.open(sede.ask(wish)); // once: a request can be opened so often only
    String stranger = world.newCitizen().dni();
    assertThat(
            Eventually.is(
                () -> isDone(() -> probe.submitPassword(stranger, Citizen.WRONG_PASSWORD))))
        .isTrue();
  }

  /** Waits until the authority signs again. */
  private void awaitAuthority() throws Exception {
    assertThat(Eventually.is(() -> isDone(world::activeCitizen))).isTrue();
  }

  /** Opens the address again, as one is told; the HSM is let rest for two seconds before. */
  private void signLater(SignatureRequest request) throws Exception {
    awaitRest();
    assertThat(sede.get(request.getId()).getState())
        .as("nothing was released")
        .isIn(
            SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED,
            SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN);
    assertThat(citizen.sign(request)).isEqualTo(1);
  }

  private void requireSignedOnce(SignatureRequest request) {
    assertThat(sede.fetchCompleted(request.getId(), 0)).isNotEmpty();
    List<String> lines = world.audit().lines(request.getId());
    assertThat(lines).filteredOn(line -> line.startsWith("SIGNATURE_CREATED")).hasSize(1);
    assertThat(lines.stream().filter(line -> line.startsWith("SIGNATURE_AUTHORISED")).count())
        .as("each intent has its outcome")
        .isEqualTo(
            lines.stream()
                .filter(line -> line.matches("SIGNATURE_(CREATED|FAILED|INTERRUPTED) .*"))
                .count());
  }
}
