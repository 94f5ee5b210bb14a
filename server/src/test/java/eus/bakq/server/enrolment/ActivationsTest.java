package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ENR-08, ENR-12, ENR-14. */
@Tag("postgres")
final class ActivationsTest {
  private static final Instant NOW = EnrolmentWorld.NOW;

  private static EnrolmentWorld world;
  private static SignerId signer;

  @BeforeAll
  static void open() throws RefusedException {
    world = new EnrolmentWorld();
    signer =
        world
            .registerSigner()
            .run(
                EnrolmentWorld.officer("00000000T"),
                EnrolmentWorld.wish(),
                EnrolmentWorld.registration(EnrolmentWorld.ANE))
            .signer();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    world.database.asSuperuser("TRUNCATE activation");
  }

  /** ENR-08: the link is good for one activation; half-way it begins that one anew. */
  @Test
  void isOpenedByItsLinkUntilItIsCompleted() throws RefusedException {
    Activation sent = insert();
    assertThat(token(sent)).hasSize(ActivationLinks.TOKEN_SIZE);
    assertThat(findByToken(token(sent), NOW)).isEqualTo(sent);
    Activation halfWay =
        advance(advance(sent, ActivationState.OPENED), ActivationState.PASSWORD_SET);
    assertThat(findByToken(token(sent), NOW)).isEqualTo(halfWay);
    Activation anew = advance(halfWay, ActivationState.OPENED);
    Activation completed =
        advance(
            advance(
                advance(
                    advance(anew, ActivationState.PASSWORD_SET), ActivationState.DATA_CONFIRMED),
                ActivationState.TERMS_ACCEPTED),
            ActivationState.COMPLETED);
    assertThat(completed.state().isFinal()).isTrue();
    assertInvalid(() -> findByToken(token(sent), NOW));
  }

  @Test
  void isOpenedByOneAfterTheOtherOfTwoWhoTryAtOnce() throws Exception {
    Activation sent = insert();
    List<CompletableFuture<Boolean>> tries =
        List.of(
            CompletableFuture.supplyAsync(() -> opens(sent)),
            CompletableFuture.supplyAsync(() -> opens(sent)));
    assertThat(List.of(tries.get(0).get(), tries.get(1).get())).containsExactly(true, true);
    assertThat(find(sent).version()).isEqualTo(sent.version() + 2);
  }

  @Test
  void isNotOpenedAfterItsTime() throws RefusedException {
    Activation sent = insert();
    Instant end = NOW.plus(EnrolmentSettings.STANDARD_LIFE);
    assertThat(findByToken(token(sent), end.minusMillis(1))).isEqualTo(sent);
    assertInvalid(() -> findByToken(token(sent), end));
  }

  @Test
  void isNotOpenedOnceAnotherWasSent() {
    Activation old = insert();
    world.database.run(
        handle -> {
          world.activations.supersede(handle, signer);
          return true;
        });
    Activation fresh = insert();
    assertInvalid(() -> findByToken(token(old), NOW));
    assertThat(find(old).state()).isEqualTo(ActivationState.SUPERSEDED);
    assertThat(find(fresh).state()).isEqualTo(ActivationState.LINK_SENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "not a token", "#", "AAAA=", "ñ"})
  void isNotOpenedByWhatIsNoToken(String token) {
    insert();
    assertInvalid(() -> findByToken(token, NOW));
    assertInvalid(() -> findByToken("A".repeat(64), NOW));
    assertInvalid(() -> findByToken("A".repeat(65), NOW));
    assertInvalid(() -> findByToken("*".repeat(64), NOW));
  }

  @Test
  void isNotOpenedByATokenWithOneCharacterChanged() {
    Activation sent = insert();
    String token = token(sent);
    for (int i = 0; i < token.length(); i++) {
      StringBuilder changed = new StringBuilder(token);
      changed.setCharAt(i, token.charAt(i) == 'A' ? 'B' : 'A');
      assertInvalid(() -> findByToken(changed.toString(), NOW));
    }
  }

  @Test
  void isNotOpenedByTheSecretOfAnotherActivation() {
    Activation old = insert();
    world.database.run(
        handle -> {
          world.activations.supersede(handle, signer);
          return true;
        });
    Activation fresh = insert();
    byte[] mixed = Base64.getUrlDecoder().decode(token(fresh));
    System.arraycopy(Base64.getUrlDecoder().decode(token(old)), 16, mixed, 16, 32);
    assertInvalid(
        () -> findByToken(Base64.getUrlEncoder().withoutPadding().encodeToString(mixed), NOW));
  }

  @Test
  void isNeverTwoForOneSigner() {
    insert();
    assertThatThrownBy(ActivationsTest::insert).isInstanceOf(JdbiException.class);
  }

  /** The order of the steps is the policy: all 81 pairs. */
  @ParameterizedTest
  @EnumSource(ActivationState.class)
  void goesOnlyToTheStatesThatFollow(ActivationState to) throws RefusedException {
    List<ActivationState> steps =
        List.of(
            ActivationState.LINK_SENT,
            ActivationState.OPENED,
            ActivationState.PASSWORD_SET,
            ActivationState.DATA_CONFIRMED,
            ActivationState.TERMS_ACCEPTED,
            ActivationState.COMPLETED);
    Activation at = insert();
    for (int step = 0; step < steps.size(); step++) {
      Activation from = at;
      boolean next = step + 1 < steps.size() && steps.get(step + 1) == to;
      boolean end =
          step < 5
              && (to == ActivationState.ENDED
                  || to == ActivationState.SUPERSEDED
                  || to == ActivationState.EXPIRED);
      boolean anew = to == ActivationState.OPENED && step >= 1 && step < 5;
      assertThat(from.state().next().contains(to)).isEqualTo(next || end || anew);
      if (!next && !end && !anew) {
        assertRefused(Refusal.ACTIVATION_STEP, () -> advance(from, to));
      }
      if (step + 1 < steps.size()) {
        at = advance(at, steps.get(step + 1));
      }
    }
    assertThat(find(at)).isEqualTo(at);
    for (ActivationState end :
        List.of(ActivationState.ENDED, ActivationState.SUPERSEDED, ActivationState.EXPIRED)) {
      assertThat(end.next()).isEmpty();
    }
  }

  @Test
  void takesNoStepAfterItsTime() {
    Activation sent = insert();
    Instant end = NOW.plus(EnrolmentSettings.STANDARD_LIFE);
    assertRefused(
        Refusal.ACTIVATION_STEP,
        () ->
            world
                .database
                .database()
                .transact(
                    handle ->
                        world.activations.advance(handle, sent, ActivationState.OPENED, end)));
  }

  @Test
  void takesNoStepOnTheGroundOfWhatIsNoLongerSo() throws RefusedException {
    Activation sent = insert();
    advance(sent, ActivationState.OPENED);
    assertThatThrownBy(() -> advance(sent, ActivationState.OPENED))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void endsWithTheThirdWrongAnswer() throws RefusedException {
    Activation activation = advance(insert(), ActivationState.OPENED);
    activation = countWrongAnswer(activation);
    activation = advance(activation, ActivationState.PASSWORD_SET);
    activation = countWrongAnswer(activation);
    assertThat(activation.state()).isEqualTo(ActivationState.PASSWORD_SET);
    Activation ended = countWrongAnswer(activation);
    assertThat(ended.state()).isEqualTo(ActivationState.ENDED);
    assertThat(find(ended)).isEqualTo(ended);
    assertThatThrownBy(() -> countWrongAnswer(ended)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isMarkedWhenItsTimeIsOver() {
    Activation sent = insert();
    Instant end = NOW.plus(EnrolmentSettings.STANDARD_LIFE);
    assertThat(expireOverdue(end.minusMillis(1))).isZero();
    assertThat(expireOverdue(end)).isEqualTo(1);
    assertThat(expireOverdue(end)).isZero();
    assertThat(find(sent).state()).isEqualTo(ActivationState.EXPIRED);
  }

  /** ENR-14: whoever can write the database cannot move an activation. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "state = 'TERMS_ACCEPTED'",
        "nonce = set_bit(nonce, 0, 1 - get_bit(nonce, 0))",
        "expires_at = expires_at + interval '1 microsecond'",
        "created_at = created_at - interval '1 microsecond'",
        "wrong_answers = 1",
        "version = version + 1",
        "signer_id = gen_random_uuid()",
        "row_mac = set_bit(row_mac, 255, 1 - get_bit(row_mac, 255))"
      })
  void isRefusedWhenAnythingInItsRowWasChanged(String change) throws SQLException {
    Activation sent = insert();
    world.database.asSuperuser(
        "SET session_replication_role = replica", "UPDATE activation SET " + change);
    assertThatThrownBy(() -> find(sent)).isInstanceOf(AlteredRowException.class);
    assertThatThrownBy(() -> findByToken(token(sent), NOW)).isInstanceOf(AlteredRowException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE activation SET signer_id = gen_random_uuid(), version = version + 1",
        "UPDATE activation SET expires_at = expires_at + interval '1 day', version = version + 1",
        "UPDATE activation SET nonce = nonce, version = version + 1",
        "DELETE FROM activation"
      })
  void givesTheServersRoleNoRightToChangeWhatALinkIsMadeOf(String sql) {
    insert();
    assertThatThrownBy(() -> world.database.asRuntime(sql))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  @Test
  void keepsNoLinkInTheDatabase() throws SQLException {
    Activation sent = insert();
    String row =
        world.database.run(
            handle ->
                handle
                    .createQuery("SELECT activation::text FROM activation")
                    .mapTo(String.class)
                    .one());
    byte[] token = Base64.getUrlDecoder().decode(token(sent));
    assertThat(row)
        .doesNotContain(token(sent))
        .doesNotContain(HexFormat.of().formatHex(token, 16, 48));
  }

  @Test
  void boundsTheLifeOfALinkItsAddressAndHowManyChangeAPassword() {
    for (int changes : new int[] {0, 6001}) {
      assertThatThrownBy(
              () ->
                  new EnrolmentSettings(
                      EnrolmentWorld.PAGE, EnrolmentSettings.STANDARD_LIFE, changes))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (Duration life : List.of(Duration.ofMinutes(59), Duration.ofDays(31))) {
      assertThatThrownBy(() -> new EnrolmentSettings(EnrolmentWorld.PAGE, life, 60))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String page :
        List.of(
            "http://a.eus/x",
            "https:///x",
            "https://u@a.eus/",
            "https://a.eus/?x",
            "https://a.eus/#x",
            "x")) {
      assertThatThrownBy(
              () -> new EnrolmentSettings(URI.create(page), EnrolmentSettings.STANDARD_LIFE, 60))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void makesItsNoncesAndIdsAtRandom() {
    Activations other =
        new Activations(new RowMacs(world.keys), world.links, world.settings, new SecureRandom());
    Activation first = insert();
    world.database.run(
        handle -> {
          world.activations.supersede(handle, signer);
          return true;
        });
    Activation second = world.database.run(handle -> other.insert(handle, signer, NOW));
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.nonce()).isNotEqualTo(first.nonce());
    assertThat(second.id().value().version()).isEqualTo(4);
    assertThat(second.id().value().variant()).isEqualTo(2);
  }

  private static Activation insert() {
    return world.database.run(handle -> world.activations.insert(handle, signer, NOW));
  }

  private static Activation find(Activation activation) {
    return world.database.run(
        handle -> world.activations.find(handle, activation.id()).orElseThrow());
  }

  private static Activation advance(Activation activation, ActivationState next)
      throws RefusedException {
    return world
        .database
        .database()
        .inTransaction(handle -> world.activations.advance(handle, activation, next, NOW));
  }

  private static Activation countWrongAnswer(Activation activation) {
    return world.database.run(handle -> world.activations.countWrongAnswer(handle, activation));
  }

  private static int expireOverdue(Instant now) {
    return world.database.run(handle -> world.activations.expireOverdue(handle, now));
  }

  private static Activation findByToken(String token, Instant now) throws RefusedException {
    try (SecretBytes secret = SecretBytes.takeOver(token.getBytes(StandardCharsets.ISO_8859_1))) {
      return world
          .database
          .database()
          .inTransaction(handle -> world.activations.findByLinkToken(handle, secret, now));
    }
  }

  private static boolean opens(Activation sent) {
    try (SecretBytes secret =
        SecretBytes.takeOver(token(sent).getBytes(StandardCharsets.US_ASCII))) {
      world
          .database
          .database()
          .transact(
              handle ->
                  world.activations.advance(
                      handle,
                      world.activations.findByLinkToken(handle, secret, NOW),
                      ActivationState.OPENED,
                      NOW));
      return true;
    } catch (RefusedException e) {
      assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_LINK_INVALID);
      return false;
    }
  }

  private static String token(Activation activation) {
    String link = world.links.link(activation);
    assertThat(link).startsWith(EnrolmentWorld.PAGE + "#");
    return link.substring(link.indexOf('#') + 1);
  }

  private static void assertInvalid(ThrowingCallable act) {
    assertRefused(Refusal.ACTIVATION_LINK_INVALID, act);
  }

  private static void assertRefused(Refusal refusal, ThrowingCallable act) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }
}
