package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.FakeCitizenKeys;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.PersonName;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From the code to the credential; ENR-13, KEY-04, KEY-05, CRT-04. */
@Tag("postgres")
final class CompleteActivationTest {
  private static final Dni ANE = EnrolmentWorld.ANE;
  private static final List<CredentialPurpose> SIGNING = List.of(CredentialPurpose.SIGNATURE);
  private static final List<CredentialPurpose> BOTH =
      List.of(CredentialPurpose.SIGNATURE, CredentialPurpose.AUTHENTICATION);

  private ActivationWorld world;
  private Signer ane;
  private long before;

  @BeforeEach
  void register() throws RefusedException {
    world = new ActivationWorld();
    ane = world.registered(ANE);
    before = world.enrolment.lastRecord();
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void makesOneCredentialForSigningAndHasItRegistered() throws RefusedException {
    IssuedCertificate issued = world.activate(ane, SIGNING);

    assertThat(usable())
        .singleElement()
        .satisfies(
            credential -> {
              assertThat(credential.purpose()).isEqualTo(CredentialPurpose.SIGNATURE);
              assertThat(credential.certificate()).isEqualTo(issued.certificate());
              RegisteredCertificate registered = registered(issued);
              assertThat(registered.state()).isEqualTo(CertificateState.GOOD);
              assertThat(registered.credential()).contains(credential.id());
              assertThat(registered.certificateSha256()).isEqualTo(credential.certificateSha256());
            });
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.ACTIVE);
    assertThat(world.enrolment.count("unlinked_certificate")).isZero();
    assertThat(types())
        .containsSubsequence(
            "KEY_GENERATED",
            "CERTIFICATE_REQUESTED",
            "CERTIFICATE_ISSUED",
            "CERTIFICATE_LINKED",
            "ACTIVATION_COMPLETED");
  }

  @Test
  @DisplayName("KEY-03: a certificate ends with the algorithms of its key")
  void noCertificateLastsLongerThanItsKeysAlgorithms() throws RefusedException {
    IssuedCertificate issued = world.activate(ane, SIGNING);

    assertThat(issued.certificate().getNotAfter().toInstant())
        .isBefore(world.keyEnd)
        .isAfterOrEqualTo(world.keyEnd.minusSeconds(1));
  }

  @Test
  void makesASecondOneForSayingWhoSomebodyIsWherePolicySaysSo() throws RefusedException {
    IssuedCertificate issued = world.activate(ane, BOTH);

    List<Credential> usable = usable();
    assertThat(usable)
        .extracting(Credential::purpose)
        .containsExactly(CredentialPurpose.AUTHENTICATION, CredentialPurpose.SIGNATURE);
    assertThat(issued.certificate()).isEqualTo(usable.getLast().certificate());
    assertThat(usable.getFirst().certificate().getPublicKey())
        .isNotEqualTo(usable.getLast().certificate().getPublicKey());
    // digitalSignature alone, and nonRepudiation alone (CRT-04)
    assertThat(usable.getFirst().certificate().getKeyUsage()).startsWith(true, false);
    assertThat(usable.getLast().certificate().getKeyUsage()).startsWith(false, true);
    assertThat(types()).filteredOn("CERTIFICATE_ISSUED"::equals).hasSize(2);
    assertThat(types()).filteredOn("CERTIFICATE_LINKED"::equals).hasSize(2);
    assertThat(types()).filteredOn("ACTIVATION_COMPLETED"::equals).hasSize(1);
  }

  @Test
  void linksNothingWhenTheSecondKeyIsNotMadeAndRevokesTheFirstOnesCertificate()
      throws RefusedException, SQLException {
    AtomicInteger keys = new AtomicInteger();
    world.beforeEachKey.set(
        () -> {
          if (keys.incrementAndGet() == 2) {
            world.citizenKeys.failNext(FakeCitizenKeys.Failure.BEFORE_SIGNING);
          }
        });
    assertThatThrownBy(() -> world.activate(ane, BOTH)).isInstanceOf(UnavailableException.class);

    assertNothingLinked();
    BigInteger serial = onlySerial();
    world.tidy.run();
    assertThat(registered(serial).state()).isEqualTo(CertificateState.GOOD); // its hour is not over
    world.putTheClockOn(Duration.ofMinutes(61));
    world.tidy.run();
    assertGivenUp(serial);
    world.tidy.run();
    assertThat(types()).filteredOn("CERTIFICATE_REVOKED"::equals).hasSize(1);
  }

  @Test
  void revokesTheCertificateOfAnActivationThatWasBegunAnewMeanwhile() {
    world.beforeEachKey.set(
        () ->
            world.enrolment.database.run(
                handle -> {
                  world.enrolment.activations.supersede(handle, ane.id());
                  return true;
                }));

    assertRefused(SIGNING);
    assertNothingLinked();
    assertGivenUp(onlySerial());
    assertThat(types()).doesNotContain("CERTIFICATE_REJECTED", "CERTIFICATE_LINKED");
  }

  /**
   * ENR-13: the key is forgotten, nothing of it is stored, and the certificate is not left good.
   */
  @Test
  void rejectsACertificateThatDoesNotNameTheAccount() {
    world.beforeEachKey.set(() -> rename(new PersonName("Ane", "Etxebarria Ruiz")));

    assertRefused(SIGNING);
    assertNothingLinked();
    assertGivenUp(onlySerial());
    assertThat(recorded())
        .filteredOn(record -> record.type().equals("CERTIFICATE_REJECTED"))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.outcome()).isEqualTo("REFUSED");
              assertThat(record.reason()).isEqualTo("NAMES_DIFFER");
              assertThat(record.details())
                  .containsEntry("certificate_serial", onlySerial().toString(16));
            });
    assertThat(recorded().toString()).doesNotContain("Etxebarria", "Etxeberria", "12345678Z");
  }

  /** As somebody with the database and the record token could: there is no such act in the code. */
  private void rename(PersonName name) {
    try {
      world.enrolment.database.asSuperuser(
          "SET session_replication_role = replica", "DELETE FROM signer");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    Signer other =
        new Signer(
            ane.id(),
            ane.dni(),
            name,
            ane.birthDate(),
            ane.email(),
            ane.mobile(),
            ane.language(),
            ane.identityDocument(),
            ane.identification(),
            SignerState.PENDING_ACTIVATION,
            1);
    world.enrolment.database.run(
        handle -> {
          assertThat(world.enrolment.signers.insert(handle, other)).isTrue();
          world.enrolment.audit.append(handle, Signers.written(other));
          return other;
        });
  }

  private void assertRefused(List<CredentialPurpose> purposes) {
    assertThatThrownBy(() -> world.activate(ane, purposes))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_STEP));
  }

  private void assertNothingLinked() {
    assertThat(world.enrolment.count("credential")).isZero();
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.PENDING_ACTIVATION);
    assertThat(types()).contains("CERTIFICATE_ISSUED").doesNotContain("ACTIVATION_COMPLETED");
  }

  private void assertGivenUp(BigInteger serial) {
    RegisteredCertificate registered = registered(serial);
    assertThat(registered.reason()).contains(RevocationReason.NEVER_LINKED);
    assertThat(registered.reasonCode()).hasValue(5);
    assertThat(world.enrolment.count("unlinked_certificate")).isZero();
    assertThat(recorded())
        .filteredOn(record -> record.type().equals("CERTIFICATE_REVOKED"))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.subject())
                  .isEqualTo(registered.credential().orElseThrow().toString());
              assertThat(record.details())
                  .containsEntry("certificate_serial", serial.toString(16))
                  .containsEntry("why", "NEVER_LINKED");
            });
  }

  private List<Credential> usable() {
    return world.enrolment.database.run(handle -> world.credentials.holdUsable(handle, ane.id()));
  }

  private RegisteredCertificate registered(IssuedCertificate issued) {
    return registered(issued.certificate().getSerialNumber());
  }

  private RegisteredCertificate registered(BigInteger serial) {
    return world
        .enrolment
        .database
        .<Optional<RegisteredCertificate>>run(handle -> world.register.find(handle, serial))
        .orElseThrow();
  }

  private BigInteger onlySerial() {
    return world.enrolment.database.run(
        handle ->
            handle
                .createQuery("select serial from certificate_register")
                .map((row, context) -> new BigInteger(1, row.getBytes("serial")))
                .one());
  }

  private List<String> types() {
    return recorded().stream().map(AuditRecord::type).toList();
  }

  private List<AuditRecord> recorded() {
    return world.enrolment.recorded(before);
  }
}
