package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The database's administrator against the end of a key: rows of one person from before it. */
@ExtendWith(InDemoWorld.class)
class RevivedKeyTest {
  private final DemoWorld world;

  RevivedKeyTest(DemoWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName(
      "KEY-10, database administrator × sign with the citizen's key: a destroyed key whose rows are"
          + " put back from an old backup, with the old password, signs nothing, and is recorded")
  void aDestroyedKeyRevived() throws Exception {
    requireNotRevived(
        citizen ->
            world.officer().revoke(citizen, RevocationReason.REVOCATION_REASON_KEY_COMPROMISED));
  }

  @Test
  @DisplayName(
      "KEY-10, database administrator × sign with the citizen's key: rows of one credential set back"
          + " to before its suspension, with the MACs of then, sign nothing until it is lifted")
  void aSuspendedCredentialSetBack() throws Exception {
    Citizen citizen = requireNotRevived(one -> world.officer().suspend(one, Duration.ofHours(2)));

    world.officer().lift(citizen);
    citizen.forgetSms();
    assertThat(citizen.sign(world.sede(DemoWorld.SEDE_A).ask(Documents.form()))).isOne();
  }

  /** All that is under a MAC, and the password, as they were before {@code end}. */
  private Citizen requireNotRevived(Consumer<Citizen> end) throws Exception {
    Citizen citizen = world.activeCitizen();
    RowBackup before = RowBackup.of(world, "before", citizen);
    end.accept(citizen);
    RowBackup after = RowBackup.of(world, "after", citizen);

    before.putBack();
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    Refused refused = Refused.by(() -> challenged.submitCode("123456"));
    assertThatThrownBy(() -> world.fetchPublic("/authority.crl"))
        .as("CRT-08: no list leaves it out")
        .isInstanceOf(IOException.class);
    after.putBack();

    assertThat(world.fetchPublic("/authority.crl")).isNotEmpty();
    assertThat(refused.reason()).as("there is no such person").isEqualTo("AUTHENTICATION_FAILED");
    assertThat(world.audit().lines(request.getId()))
        .isNotEmpty()
        .doesNotContain(
            "AUTHENTICATION_SUCCEEDED SUCCEEDED",
            "SIGNATURE_AUTHORISED SUCCEEDED",
            "SIGNATURE_CREATED SUCCEEDED");
    assertThat(Eventually.is(() -> !world.audit().counted(citizen.signerId()).isEmpty()))
        .as("ROW_ALTERED is in the record")
        .isTrue();
    return citizen;
  }
}
