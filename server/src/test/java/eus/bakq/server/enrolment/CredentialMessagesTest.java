package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SignerId;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CRT-09: what a person is told of what was done with the credentials, and who is told. */
@Tag("postgres")
final class CredentialMessagesTest {
  private ActivationWorld world;
  private Signer ane;

  @BeforeEach
  void register() throws RefusedException {
    world = new ActivationWorld();
    ane = world.registered(EnrolmentWorld.ANE);
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void hasWordsForEachReasonInEachLanguage() {
    Instant now = world.now();
    for (Language language : Language.values()) {
      for (SuspensionReason reason : SuspensionReason.values()) {
        assertThat(world.wording.credentialsSuspended(language, reason, now, now).text())
            .doesNotContain("{", reason.name());
      }
      for (RevocationReason reason :
          EnumSet.complementOf(
              EnumSet.of(RevocationReason.NEVER_LINKED, RevocationReason.PASSWORD_CHANGED))) {
        assertThat(world.wording.credentialsRevoked(language, reason, now).text())
            .doesNotContain("{", reason.name());
      }
    }
  }

  @Test
  void tellsOfAnActAsItWasDoneWhateverCameAfter() {
    Instant until = world.now().plus(Duration.ofDays(3));
    CredentialAct first = act(new CredentialDeed.Suspended(SuspensionReason.SIGNER_ASKED, until));
    CredentialAct second = act(new CredentialDeed.Lifted());
    CredentialAct third = act(new CredentialDeed.Revoked(RevocationReason.DATA_CHANGED));

    assertThat(composed(first, MessageKind.CREDENTIALS_SUSPENDED).orElseThrow().text())
        .contains("zuk eskatu duzu");
    assertThat(composed(second, MessageKind.SUSPENSION_LIFTED)).isPresent();
    assertThat(composed(third, MessageKind.CREDENTIALS_REVOKED).orElseThrow().text())
        .contains("zure datuak ez dira jada");
    CredentialAct fourth = act(new CredentialDeed.PasswordChanged());
    assertThat(composed(fourth, MessageKind.PASSWORD_CHANGED).orElseThrow().text())
        .contains("gako eta ziurtagiri berriak");
    // And of no other.
    assertThat(composed(first, MessageKind.CREDENTIALS_REVOKED)).isEmpty();
  }

  @Test
  void tellsNobodyElse() {
    CredentialAct act = act(new CredentialDeed.Lifted());
    assertThat(
            composed(
                new OutgoingMessage(
                    MessageKind.SUSPENSION_LIFTED,
                    act.id(),
                    Optional.of(new SignerId(UUID.randomUUID())),
                    world.now())))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reason = 'ORDERED'",
        "reason = 'NO_SUCH_REASON'",
        "done_at = done_at + interval '1 microsecond'",
        "suspended_until = suspended_until + interval '1 day'",
        "kind = 'REVOKED', suspended_until = null, reason = 'SIGNER_ASKED'",
        "mac = set_bit(mac, 0, 1 - get_bit(mac, 0))"
      })
  void tellsNothingOfAnAlteredAct(String change) throws SQLException {
    CredentialAct act =
        act(new CredentialDeed.Suspended(SuspensionReason.SIGNER_ASKED, world.now()));
    world.enrolment.database.asSuperuser("update credential_act set " + change);
    assertThatThrownBy(() -> composed(act, MessageKind.CREDENTIALS_SUSPENDED))
        .isInstanceOf(AlteredRowException.class);
  }

  @Test
  void givesTheServersRoleNoRightToChangeAnAct() {
    act(new CredentialDeed.Lifted());
    assertThatThrownBy(
            () -> world.enrolment.database.asRuntime("update credential_act set kind = kind"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  @ParameterizedTest
  @EnumSource(MessageKind.class)
  void composesOnlyItsOwnKinds(MessageKind kind) {
    assertThat(world.messages.composes(kind))
        .isEqualTo(
            kind == MessageKind.PASSWORD_CHANGED
                || kind.name().startsWith("CREDENTIALS_")
                || kind.name().startsWith("SUSPENSION_"));
  }

  private CredentialAct act(CredentialDeed deed) {
    return world.enrolment.database.run(
        handle -> world.acts.insert(handle, ane.id(), deed, world.now()));
  }

  private Optional<ComposedMessage> composed(CredentialAct act, MessageKind kind) {
    return composed(new OutgoingMessage(kind, act.id(), Optional.of(ane.id()), world.now()));
  }

  private Optional<ComposedMessage> composed(OutgoingMessage message) {
    return world.enrolment.database.run(handle -> world.messages.compose(handle, message));
  }
}
