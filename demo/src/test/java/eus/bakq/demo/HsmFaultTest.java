package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The HSM's module fails, at every function that signing and activating call, before or after it
 * was done.
 *
 * <p>{@code -Dbakq.hsmFaults=all} takes every code on both sides; else one of each is chosen for
 * each function; {@code -Dbakq.seed=N} repeats a choice.
 */
class HsmFaultTest {
  /** What goes wrong. */
  record Case(String token, String function, Fault fault, ReturnCode code, long times) {}

  private static final List<ReturnCode> CODES =
      List.of(
          ReturnCode.CKR_DEVICE_ERROR,
          ReturnCode.CKR_SESSION_HANDLE_INVALID,
          ReturnCode.CKR_DEVICE_REMOVED,
          ReturnCode.CKR_GENERAL_ERROR,
          ReturnCode.CKR_HOST_MEMORY,
          ReturnCode.CKR_FUNCTION_FAILED);
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
  private static DemoWorld world;
  private static Citizen citizen;
  private Sede sede;
  private long objects;

  @BeforeAll
  static void open() throws Exception {
    faulty = FaultyPkcs11.shared();
    world =
        DemoWorld.start(WorldFiles.make(), WorldFiles.Settings.usual().module(faulty.library()));
    citizen = world.activeCitizen();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void look() throws Exception {
    sede = world.sede(WorldFiles.SEDE_A);
    awaitRest();
    WalkTraces.anHourPasses(world, citizen);
    objects = faulty.objects();
  }

  @AfterEach
  void leavesNothing() throws Exception {
    new WorldInvariants(world).require();
    faulty.forgetOrders();
    assertThat(faulty.objects()).as("keys left in sessions").isEqualTo(objects);
    world.conformance().requireNoViolation();
  }

  static Stream<Case> whenSigning() {
    Random random = new Random(Long.getLong("bakq.seed", new Random().nextLong()));
    return Stream.concat(cases("custody", OF_SIGNING, random), cases("record", OF_MACS, random));
  }

  static Stream<Case> whenActivating() {
    Random random = new Random(Long.getLong("bakq.seed", new Random().nextLong()));
    return Stream.concat(
        cases("custody", OF_ACTIVATING, random), cases("authority", OF_MACS, random));
  }

  private static Stream<Case> cases(String token, List<String> functions, Random random) {
    List<Case> cases = new ArrayList<>();
    for (String function : functions) {
      List<Case> of = new ArrayList<>();
      for (Fault fault : List.of(Fault.FAIL_BEFORE, Fault.FAIL_AFTER)) {
        for (ReturnCode code : CODES) {
          of.add(new Case(token, function, fault, code, 1));
          of.add(new Case(token, function, fault, code, FaultyPkcs11.FOR_EVER));
        }
      }
      if (System.getProperty("bakq.hsmFaults", "").equals("all")) {
        cases.addAll(of);
      } else {
        // One that passes by, one that lasts.
        int chosen = random.nextInt(of.size() / 2);
        cases.add(of.get(2 * chosen));
        cases.add(of.get(2 * random.nextInt(of.size() / 2) + 1));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("SAD-09, SAM-07, KEY-06: the module fails while a citizen's key signs")
  void whenSigning(Case fails) throws Exception {
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
    if (!signed) {
      signLater(request);
    }
    requireSignedOnce(request);
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("KEY-05, ENR-12: the module fails while a citizen's key is made and certified")
  void whenActivating(Case fails) throws Exception {
    Citizen applicant = world.registeredCitizen();
    Activating activating = untilCode(applicant);
    String code = applicant.nextCode();

    FaultyPkcs11.Order order = order(fails);
    boolean done = isDone(() -> activating.submitCode(code));
    order.end();

    assertThat(order.met()).isPositive();
    if (!done) {
      awaitRest();
      assertThat(
              Eventually.is(
                  () -> isDone(() -> untilCode(applicant).submitCode(applicant.nextCode()))))
          .isTrue();
    }
    WalkTraces.requireActive(world, applicant);
    assertThat(
            world.count(
                "select count(*) from credential where signer_id = '" + applicant.signerId() + "'"))
        .as("one key, and what failed left none")
        .isEqualTo(1);
  }

  @Test
  @DisplayName("AUT-05: an HSM that does not answer counts no failure of anybody")
  void whenThePasswordIsJudged() throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.open(request);
    FaultyPkcs11.Order order =
        order(
            new Case(
                "custody",
                "C_Sign",
                Fault.FAIL_BEFORE,
                ReturnCode.CKR_DEVICE_ERROR,
                FaultyPkcs11.FOR_EVER));

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
        order(new Case("custody", "C_Sign", Fault.WRONG_BIT, ReturnCode.CKR_OK, 1));
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
    Activating activating = untilCode(applicant);
    String code = applicant.nextCode();

    FaultyPkcs11.Order order =
        order(new Case("custody", "C_Sign", Fault.WRONG_BIT, ReturnCode.CKR_OK, 1));
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
    untilCode(applicant).submitCode(applicant.nextCode());
  }

  @Test
  @DisplayName("a call that hangs in the module holds nobody else up, and ends when it is let go")
  void whenTheModuleHangs() throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    Citizen other = world.activeCitizen();
    FaultyPkcs11.Order order =
        order(new Case("custody", "C_Sign", Fault.HOLD_BEFORE, ReturnCode.CKR_OK, 1));
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
  void whenRecoveryFails(Case fails) throws Exception {
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.challenged(request);
    String code = citizen.nextCode();
    order(new Case("custody", "C_UnwrapKey", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_REMOVED, 1));
    FaultyPkcs11.Order order = order(fails);

    boolean signed = isDone(() -> authorising.submitCode(code));

    assertThat(order.met()).isPositive();
    if (!signed) {
      signLater(request);
    }
    requireSignedOnce(request);
  }

  static Stream<Case> whenRecoveryFails() {
    return Stream.of("C_OpenSession", "C_Login", "C_FindObjectsInit", "C_FindObjects")
        .map(
            function ->
                new Case("custody", function, Fault.FAIL_BEFORE, ReturnCode.CKR_GENERAL_ERROR, 1));
  }

  private static FaultyPkcs11.Order order(Case fails) throws Exception {
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

  private static Activating untilCode(Citizen applicant) throws SQLException {
    WalkTraces.anHourPasses(world, applicant);
    Activating activating = applicant.openLink();
    activating.setPassword(applicant.nextTemporaryPassword(), Citizen.PASSWORD);
    activating.confirm(Officer.DOCUMENT_EXPIRY);
    activating.acceptTerms();
    activating.submitPassword(applicant.dni(), Citizen.PASSWORD);
    return activating;
  }

  /** Whether the call succeeds; if not, it must say that it can be made again. */
  private static boolean isDone(Callable<?> call) throws Exception {
    try {
      call.call();
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("TEMPORARILY_UNAVAILABLE");
      assertThat(Refused.of(e).text()).contains("RetryInfo");
      return false;
    }
  }

  /** After three failures calls to a token are refused for two seconds. */
  private static void awaitRest() throws Exception {
    Citizen probe = world.newCitizen();
    assertThat(Eventually.is(() -> isDone(() -> world.officer().register(probe)))).isTrue();
    assertThat(
            Eventually.is(
                () ->
                    isDone(
                        () ->
                            citizen
                                .open(world.sede(WorldFiles.SEDE_A).ask(Documents.form()))
                                .submitPassword(probe.dni(), Citizen.WRONG_PASSWORD))))
        .isTrue();
  }

  /** Opens the address again, as one is told; the HSM is let rest for two seconds before. */
  private void signLater(SignatureRequest request) throws Exception {
    awaitRest();
    assertThat(sede.get(request.getId()).getState())
        .as("nothing was released")
        .isIn(
            SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED,
            SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN);
    assertThat(
            Eventually.is(
                () -> {
                  WalkTraces.anHourPasses(world, citizen);
                  return isDone(() -> citizen.sign(request));
                }))
        .isTrue();
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
