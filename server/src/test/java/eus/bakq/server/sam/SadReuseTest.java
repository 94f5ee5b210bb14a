package eus.bakq.server.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.certificate.CertificateProfile;
import eus.bakq.server.certificate.CertificateSubject;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.CertificationRequests;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.certificate.StatusAddresses;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.credential.SealBinding;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.Hsm;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.hsm.SignatureVerification;
import eus.bakq.server.hsm.TestCeremony;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signature activation data presented as somebody inside the server would, who holds the right
 * secret: on real tokens and a real database. Whatever is wrong, the citizen's key is not used, and
 * the record says why.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SadReuseTest {
  private static final CertificateSubject ANE =
      new CertificateSubject("ANE", "ETXEBERRIA AGIRRE", "IDCES-00000000T");
  private static final DtbsRepresentation ONE = hash("one");
  private static final DtbsRepresentation TWO = hash("two");
  private static final DtbsRepresentation THREE = hash("three");

  private final AuditLog audit = new AuditLog();
  private final SecureRandom random = new SecureRandom();
  private final ActivationLedger ledger = new ActivationLedger(UUID.randomUUID());
  private Hsm hsm;
  private TestDatabase database;
  private Credential credential;
  private SecretBytes secret;
  private SignHashes signHashes;
  private long signaturesBefore;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    hsm = Hsm.open(TestCeremony.hold(folder).settings(), random);
    database = TestDatabase.open();
    secret = SecretBytes.takeOver(Bytes.sha256("S".getBytes(StandardCharsets.US_ASCII)));
    credential = credentialOfAne();
    Credentials credentials = new Credentials(new RowMacs(hsm.infrastructureKeys()));
    CertificateRegister register = new CertificateRegister(new RowMacs(hsm.infrastructureKeys()));
    database.run(
        handle -> {
          credentials.insert(handle, credential);
          return register.record(
              handle,
              credential.certificate(),
              CertificateKind.SIGNATURE,
              Optional.of(credential.id()),
              credential.createdAt());
        });
    signHashes =
        new SignHashes(
            database.database(),
            hsm.infrastructureKeys(),
            ledger,
            credentials,
            register,
            hsm.citizenKeys(),
            new Seal(random),
            audit,
            new SamSettings(Presented.LIFE, AlgorithmPolicy.everything()));
  }

  private Credential credentialOfAne() {
    SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_P256_SHA256;
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    NewCitizenKey key =
        hsm.citizenKeys()
            .generate(
                KeyAlgorithm.EC_P256,
                publicKey -> CertificationRequests.toBeSigned(ANE, publicKey, algorithm));
    IssuedCertificate issued =
        new CertificationAuthority(hsm.authorityKey(), profile(), random)
            .issue(
                CertificationRequests.assemble(ANE, key.publicKey(), key.proofOfPossession()),
                ANE,
                CredentialPurpose.SIGNATURE,
                now);
    SealBinding binding = Presented.binding(key, CredentialPurpose.SIGNATURE);
    return new Credential(
        binding.credential(),
        binding.signer(),
        CredentialState.ACTIVE,
        issued.certificate(),
        issued.issuers(),
        binding,
        Optional.of(new Seal(random).close(key.wrapped(), secret, binding)),
        now,
        1);
  }

  private static CertificateProfile profile() {
    return new CertificateProfile(
        Profile.DEMO,
        Duration.ofDays(1095),
        Duration.ofSeconds(30),
        CertificateProfile.QCP_N,
        URI.create("https://bakq.example/cps"),
        URI.create("https://bakq.example/pds-en.pdf"),
        URI.create("https://bakq.example/pds-es.pdf"),
        new StatusAddresses(URI.create("http://status.bakq.example")));
  }

  @AfterAll
  void close() {
    secret.close();
    database.close();
    hsm.close();
  }

  @BeforeEach
  void remember() {
    signaturesBefore = hsm.counters().signatures();
  }

  @AfterEach
  void requireAnUnbrokenRecord() {
    assertThat(database.run(audit::verify).whole()).isTrue();
  }

  @Test
  @DisplayName("SAD-05: the same activation data a second time")
  void signsOnceWithTheSameData() throws Exception {
    ActivationContent content = issued(now(), ONE, TWO);

    List<SignatureValue> values = present(content, context(content, ONE, TWO));

    assertThat(values).hasSize(2);
    assertThat(
            SignatureVerification.verifies(
                credential.certificate().getPublicKey(), ONE, values.getFirst()))
        .isTrue();
    assertThat(hsm.counters().signatures()).isEqualTo(signaturesBefore + 2);
    remember();

    assertRefused(content, context(content, ONE, TWO), SadRefusal.ALREADY_USED);
  }

  @Test
  @DisplayName("SAD-05: the same activation data twenty times at once")
  void signsOnceOfTwentyAtOnce() throws Exception {
    ActivationContent content = issued(now(), ONE);
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<Boolean>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
      for (int i = 0; i < 20; i++) {
        answers.add(
            threads.submit(
                () -> {
                  begin.await();
                  try {
                    return present(content, context(content, ONE)).size() == 1;
                  } catch (RefusedException e) {
                    return false;
                  }
                }));
      }
      begin.countDown();
    }

    int signed = 0;
    for (Future<Boolean> answer : answers) {
      signed += answer.get() ? 1 : 0;
    }
    assertThat(signed).isOne();
    assertThat(hsm.counters().signatures()).isEqualTo(signaturesBefore + 1);
    assertThat(lines(content)).filteredOn("SIGNATURE_CREATED "::equals).hasSize(1);
    assertThat(lines(content)).filteredOn("SAD_REJECTED ALREADY_USED"::equals).hasSize(19);
  }

  /** SAD-11. */
  @Test
  @DisplayName("SAD-07: a hash outside, one too few, another order, one twice")
  void refusesEveryOtherListOfHashes() throws Exception {
    ActivationContent content = issued(now(), ONE, TWO);

    for (List<DtbsRepresentation> hashes :
        List.of(
            List.of(ONE, THREE),
            List.of(ONE, TWO, THREE),
            List.of(ONE),
            List.<DtbsRepresentation>of(),
            List.of(TWO, ONE),
            List.of(ONE, ONE),
            List.of(ONE, TWO, TWO))) {
      assertRefused(
          content,
          context(content, hashes.toArray(new DtbsRepresentation[0])),
          SadRefusal.HASH_NOT_AUTHORISED);
    }
    // None of it has used the data up.
    assertThat(present(content, context(content, ONE, TWO))).hasSize(2);
  }

  @Test
  @DisplayName("SAD-04: a MAC by another key, an altered byte anywhere, no encoding")
  void refusesWhatIsNotOurs() {
    ActivationContent content = issued(now(), ONE);
    SigningContext context = context(content, ONE);
    byte[] encoded = content.encode().toByteArray();
    Bytes ofAnotherKey = Bytes.copyOf(hsm.infrastructureKeys().mac(MacKey.ROWS, encoded));

    assertRefused(
        new UnverifiedActivationData(content.encode(), ofAnotherKey),
        context,
        SadRefusal.WRONG_MAC);
    assertThatThrownBy(() -> new UnverifiedActivationData(content.encode(), Bytes.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] altered = encoded.clone();
    altered[altered.length - 1] ^= 1;
    assertRefused(
        new UnverifiedActivationData(Bytes.copyOf(altered), mac(encoded)),
        context,
        SadRefusal.WRONG_MAC);
    assertRefused(
        new UnverifiedActivationData(
            Bytes.copyOf(java.util.Arrays.copyOf(encoded, encoded.length - 1)), mac(encoded)),
        context,
        SadRefusal.MALFORMED);
  }

  @Test
  @DisplayName("SAD-06: before its time, after it, and made to live too long")
  void refusesWhatIsOutOfTime() {
    Instant now = now();
    for (ActivationContent content :
        List.of(
            issued(now.minus(Presented.LIFE).minusSeconds(1), ONE),
            issued(now.plusSeconds(60), ONE),
            authorised(with(content(now, ONE), now.plusSeconds(301))))) {
      assertRefused(content, context(content, ONE), SadRefusal.OUT_OF_TIME);
    }
  }

  @Test
  @DisplayName("SAD-01: for another request, sede or interaction than it was made for")
  void refusesAnotherPurpose() {
    ActivationContent content = issued(now(), ONE);
    SigningContext right = context(content, ONE);
    SignatureRequestId request = new SignatureRequestId(UUID.randomUUID());
    InteractionId interaction = new InteractionId(UUID.randomUUID());

    assertRefused(
        content,
        new SigningContext(
            request,
            Presented.SEDE,
            right.interaction(),
            right.hashes(),
            right.subjectSerialNumber()),
        SadRefusal.ANOTHER_REQUEST);
    assertRefused(
        content,
        new SigningContext(
            right.request(),
            new CallerName("sede-b"),
            right.interaction(),
            right.hashes(),
            right.subjectSerialNumber()),
        SadRefusal.ANOTHER_REQUEST);
    assertRefused(
        content,
        new SigningContext(
            right.request(),
            Presented.SEDE,
            interaction,
            right.hashes(),
            right.subjectSerialNumber()),
        SadRefusal.ANOTHER_REQUEST);
  }

  /** SAD-04: who can write every table and has not the token. */
  @Test
  @DisplayName("a MAC alone is not enough: it was never issued, or the certificate names another")
  void refusesWhatDoesNotAgreeWithTheRecords() {
    ActivationContent neverIssued = content(now(), ONE);
    assertRefused(neverIssued, context(neverIssued, ONE), SadRefusal.UNKNOWN);

    ActivationContent content = issued(now(), ONE);
    SigningContext right = context(content, ONE);
    assertRefused(
        content,
        new SigningContext(
            right.request(),
            Presented.SEDE,
            right.interaction(),
            right.hashes(),
            "IDCES-12345678Z"),
        SadRefusal.CERTIFICATE_NOT_VALID);
  }

  @Test
  @DisplayName("SAD-15: an algorithm that is not the key's")
  void refusesAnAlgorithmOfAnotherKey() {
    DtbsRepresentation ofRsa =
        new DtbsRepresentation(SignatureAlgorithm.RSA_3072_PSS_SHA256, ONE.digest());
    ActivationContent content = issued(now(), ofRsa);

    assertRefused(content, context(content, ofRsa), SadRefusal.ALGORITHM_NOT_ALLOWED);
  }

  @Test
  @DisplayName("KEY-07: with another secret the seal does not open, and the data are burnt")
  void burnsTheDataWhenTheSealDoesNotOpen() throws Exception {
    ActivationContent content = issued(now(), ONE);
    try (SecretBytes wrong = SecretBytes.takeOver(new byte[32])) {
      assertThatThrownBy(() -> present(data(content), context(content, ONE), wrong))
          .isInstanceOfSatisfying(
              RefusedException.class,
              e -> assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_REFUSED));
    }

    assertThat(lines(content))
        .containsExactly(
            "SIGNATURE_AUTHORISED ",
            "SIGNATURE_FAILED SEAL_DOES_NOT_OPEN",
            "SAD_REJECTED SEAL_DOES_NOT_OPEN");
    assertThat(hsm.counters().signatures()).isEqualTo(signaturesBefore);
    assertRefused(content, context(content, ONE), SadRefusal.ALREADY_USED);
  }

  private void assertRefused(
      ActivationContent content, SigningContext context, SadRefusal expected) {
    assertRefused(data(content), context, expected);
  }

  /** Refused outwardly without a reason; the record has it; the key was not used. */
  private void assertRefused(
      UnverifiedActivationData data, SigningContext context, SadRefusal expected) {
    assertThatThrownBy(() -> present(data, context, secret))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_REFUSED));
    AuditRecord record = records(context.request()).getLast();
    assertThat(record.type()).isEqualTo("SAD_REJECTED");
    assertThat(record.outcome()).isEqualTo("REFUSED");
    assertThat(record.reason()).isEqualTo(expected.name());
    assertThat(hsm.counters().signatures()).isEqualTo(signaturesBefore);
  }

  private List<SignatureValue> present(ActivationContent content, SigningContext context)
      throws RefusedException {
    return present(data(content), context, secret);
  }

  private List<SignatureValue> present(
      UnverifiedActivationData data, SigningContext context, SecretBytes activationSecret)
      throws RefusedException {
    List<SignatureValue> kept = new ArrayList<>();
    List<SignatureValue> values =
        signHashes.run(data, context, activationSecret, (handle, made) -> kept.addAll(made));
    assertThat(kept).isEqualTo(values);
    return values;
  }

  private List<String> lines(ActivationContent content) {
    return records(content.request()).stream()
        .map(record -> record.type() + " " + record.reason())
        .toList();
  }

  private List<AuditRecord> records(SignatureRequestId request) {
    return database.run(handle -> audit.list(handle, Optional.of(request.toString()), 0, 100));
  }

  /** As {@link ActivationIssuer} makes it, at {@code issuedAt}. */
  private ActivationContent issued(Instant issuedAt, DtbsRepresentation... hashes) {
    return authorised(content(issuedAt, hashes));
  }

  private ActivationContent authorised(ActivationContent content) {
    return database.run(
        handle -> {
          ledger.authorise(handle, content);
          return content;
        });
  }

  private ActivationContent content(Instant issuedAt, DtbsRepresentation... hashes) {
    return Presented.content(credential, issuedAt, List.of(hashes));
  }

  private static ActivationContent with(ActivationContent content, Instant expiresAt) {
    return new ActivationContent(
        content.id(),
        content.request(),
        content.interaction(),
        content.signer(),
        content.credential(),
        content.publicKeySha256(),
        content.client(),
        content.hashes(),
        content.mechanism(),
        content.authenticatedAt(),
        content.challenge(),
        content.issuedAt(),
        expiresAt);
  }

  private UnverifiedActivationData data(ActivationContent content) {
    return new UnverifiedActivationData(content.encode(), mac(content.encode().toByteArray()));
  }

  private Bytes mac(byte[] encoded) {
    return Bytes.copyOf(hsm.infrastructureKeys().mac(MacKey.SAD, encoded));
  }

  private SigningContext context(ActivationContent content, DtbsRepresentation... hashes) {
    return new SigningContext(
        content.request(),
        Presented.SEDE,
        content.interaction(),
        List.of(hashes),
        "IDCES-00000000T");
  }

  private Instant now() {
    return database.run(Database::now);
  }

  private static DtbsRepresentation hash(String text) {
    return new DtbsRepresentation(
        SignatureAlgorithm.ECDSA_P256_SHA256,
        Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8)).sha256());
  }
}
