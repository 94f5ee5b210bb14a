package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is not tidied, whatever somebody wrote; CredentialStatusTest has what is. */
@Tag("postgres")
final class TidyCredentialsTest {
  private ActivationWorld world;

  @BeforeEach
  void open() {
    world = new ActivationWorld();
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** Else the service itself would write its good row, with a MAC of today. */
  @Test
  @DisplayName("CRT-08: what the record says is suspended is not taken into the register as good")
  void takesNothingInThatTheRecordSaysIsNotGood() throws Exception {
    Signer ane = world.registered(EnrolmentWorld.ANE);
    world.activate(ane, List.of(CredentialPurpose.SIGNATURE));
    world.enrolment.database.asSuperuser(
        "create table public.kept as select * from bakq.credential");
    world.enrolment.database.database().transact(handle -> suspend(handle, ane));
    world.enrolment.database.asSuperuser(
        "truncate certificate_register",
        "set session_replication_role = replica",
        "delete from bakq.credential",
        "insert into bakq.credential select * from public.kept",
        "update bakq.credential set expires_at = null");
    List<Credential> putBack =
        world.enrolment.database.run(handle -> world.credentials.holdUsable(handle, ane.id()));

    world.tidy.run();

    assertThat(putBack).hasSize(1);
    assertThat(
            world.enrolment.database.<Optional<RegisteredCertificate>>run(
                handle ->
                    world.register.find(
                        handle, putBack.getFirst().certificate().getSerialNumber())))
        .isEmpty();
  }

  private void suspend(Handle handle, Signer ane) throws RefusedException {
    Instant now = Database.now(handle);
    world.status.suspend(
        handle,
        new CredentialStatus.Ground("officer", Optional.empty()),
        world.enrolment.signers.findAndHold(handle, ane.id()).orElseThrow(),
        new CredentialDeed.Suspended(SuspensionReason.SIGNER_ASKED, now.plus(Duration.ofDays(1))),
        now);
  }
}
