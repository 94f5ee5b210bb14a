package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.caller.CallerQuotas;
import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.IdentityDocument;
import eus.bakq.server.vocabulary.IdentityDocumentType;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import eus.bakq.server.wording.Wording;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Enrolment on a real database, at noon of 21 November 2026 by the server's clock. */
final class EnrolmentWorld implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-21T11:00:00Z");
  static final URI PAGE = URI.create("https://bakq.adibidea.eus/aktibatu");
  static final Dni ANE = Dni.parse("12345678Z");

  final TestDatabase database = TestDatabase.open();
  final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();
  final EnrolmentSettings settings =
      new EnrolmentSettings(PAGE, EnrolmentSettings.STANDARD_LIFE, 60);
  final RowMacs macs = new RowMacs(keys);
  final ActivationLinks links = new ActivationLinks(keys, settings);
  final Activations activations = new Activations(macs, links, settings, new SecureRandom());
  final Outbox outbox = new Outbox();
  final AuditLog audit = new AuditLog();
  final Signers signers = new Signers(macs, audit);
  final EnrolmentMessages messages =
      new EnrolmentMessages(signers, activations, links, Wording.open("bakq.adibidea.eus", 6));

  final IdempotentCalls calls = new IdempotentCalls(IdempotentCalls.DEFAULT_LIFE);
  final EnrolmentRules rules = new EnrolmentRules(Clock.fixed(NOW, ZoneOffset.UTC));

  RegisterSigner registerSigner() {
    return new RegisterSigner(
        database.database(), calls, rules, signers, activations, outbox, audit, new SecureRandom());
  }

  RenewActivation renewActivation() {
    return new RenewActivation(
        database.database(), calls, rules, signers, activations, outbox, audit);
  }

  /** What was recorded, without the records before {@code after}. */
  List<AuditRecord> recorded(long after) {
    return database.run(handle -> audit.list(handle, Optional.empty(), after, 500));
  }

  long lastRecord() {
    return recorded(0).stream().mapToLong(AuditRecord::sequence).max().orElse(0);
  }

  /** What stands in the outbox, as kind and reference. */
  List<String> outbox() {
    return database.run(
        handle ->
            handle
                .createQuery("SELECT kind || ' ' || reference FROM outbox_message ORDER BY id")
                .mapTo(String.class)
                .list());
  }

  int count(String table) {
    return database.run(
        handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(int.class).one());
  }

  static RegisteredCaller officer(String dni) {
    return caller(CallerRole.REGISTRATION_OFFICER, Optional.of(dni));
  }

  static RegisteredCaller caller(CallerRole role, Optional<String> dni) {
    return new RegisteredCaller(
        new CallerName("registration-1"),
        role,
        Bytes.copyOf(new byte[32]).sha256(),
        Map.of(Language.BASQUE, "Udala"),
        dni,
        new CallerQuotas(100, 20, 100));
  }

  static IdempotentWish wish() {
    return wish(UUID.randomUUID(), "body");
  }

  static IdempotentWish wish(UUID requestId, String body) {
    return new IdempotentWish(
        requestId, Bytes.copyOf(body.getBytes(StandardCharsets.UTF_8)).sha256());
  }

  static Registration registration(Dni dni) {
    return registration(dni, LocalDate.parse("1987-03-09"), evidence("2030-01-31"));
  }

  static Registration registration(Dni dni, LocalDate birthDate, IdentificationEvidence evidence) {
    return new Registration(
        dni,
        new PersonName("Ane", "Etxeberria Ruiz"),
        birthDate,
        new EmailAddress("ane@adibidea.eus"),
        new MobileNumber("+34600000001"),
        Language.BASQUE,
        evidence);
  }

  static IdentificationEvidence evidence(String expiry) {
    return evidence(expiry, Optional.empty());
  }

  static IdentificationEvidence evidence(String expiry, Optional<Instant> identifiedAt) {
    return new IdentificationEvidence(
        new IdentityDocument(IdentityDocumentType.DNI, "BAA123456", LocalDate.parse(expiry)),
        Bytes.copyOf(new byte[] {7}).sha256(),
        identifiedAt);
  }

  @Override
  public void close() {
    database.close();
  }
}
