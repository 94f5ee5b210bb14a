package eus.bakq.server.enrolment;

import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.audit.CountedEvents;
import eus.bakq.server.authentication.Argon2Parameters;
import eus.bakq.server.authentication.AuthenticationParts;
import eus.bakq.server.authentication.AuthenticationSettings;
import eus.bakq.server.authentication.CodeQuotaSettings;
import eus.bakq.server.authentication.CodeQuotas;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.FailureCounters;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.authentication.LockRule;
import eus.bakq.server.authentication.PasswordHashing;
import eus.bakq.server.authentication.PasswordHashingSettings;
import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.authentication.PendingCodes;
import eus.bakq.server.authentication.TemporaryPasswords;
import eus.bakq.server.authentication.UnverifiedProof;
import eus.bakq.server.certificate.CertificateProfile;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.certificate.StatusAddresses;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.AuthorityKey;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.hsm.CitizenSignatures;
import eus.bakq.server.hsm.FakeCitizenKeys;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import eus.bakq.server.hsm.UnusableKeyException;
import eus.bakq.server.hsm.WrappedKey;
import eus.bakq.server.signer.AlteredRows;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.wording.Wording;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Enrolment with all that an activation needs: an authority and citizens' keys in software, and
 * citizens whose program, password and code are right. Something can be made to happen while a key
 * is being made.
 */
final class ActivationWorld implements AutoCloseable {
  /** When the algorithms of its keys end: before certificates would by their profile. */
  final Instant keyEnd = Instant.now().plus(Duration.ofDays(5)).truncatedTo(ChronoUnit.SECONDS);

  /** Of everybody who activates here. */
  static final String PASSWORD = "euria barik, eguzkia bai";

  static final String METHOD = "the step";
  private static final URI ADDRESS = URI.create("https://bakq.adibidea.eus/x");
  private static final AuthenticationSettings SETTINGS =
      new AuthenticationSettings(
          5,
          Duration.ofMinutes(5),
          6,
          5,
          Duration.ZERO,
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          LockRule.TWO,
          Duration.ofDays(400));

  /** Citizens' keys, before each of which something happens. */
  private final class WatchedKeys implements CitizenKeys {
    @Override
    public NewCitizenKey generate(
        KeyAlgorithm algorithm, Function<PublicKey, DtbsRepresentation> firstSignature) {
      beforeEachKey.get().run();
      return citizenKeys.generate(algorithm, firstSignature);
    }

    @Override
    public CitizenSignatures sign(WrappedKey key, List<DtbsRepresentation> hashes)
        throws UnusableKeyException {
      return citizenKeys.sign(key, hashes);
    }

    @Override
    public boolean opens(String epoch) {
      return citizenKeys.opens(epoch);
    }
  }

  final EnrolmentWorld enrolment = new EnrolmentWorld();
  final SecureRandom random = new SecureRandom();
  final FakeCitizenKeys citizenKeys = new FakeCitizenKeys();
  final AtomicReference<Runnable> beforeEachKey = new AtomicReference<>(() -> {});
  final Credentials credentials = new Credentials(enrolment.macs);
  final CertificateRegister register = new CertificateRegister(enrolment.macs);
  final CredentialActs acts = new CredentialActs(enrolment.macs, random);
  final Wording wording = Wording.open("bakq.adibidea.eus", 6);
  final CredentialMessages messages = new CredentialMessages(enrolment.signers, acts, wording);
  final CountedEvents counted = new CountedEvents(System::nanoTime);
  final Interactions interactions = new Interactions(random, SETTINGS, counted);
  final CredentialStatus status =
      new CredentialStatus(
          enrolment.signers,
          credentials,
          register,
          acts,
          new FailureCounters(SETTINGS),
          interactions,
          enrolment.outbox,
          enrolment.audit);
  final TidyCredentials tidy =
      new TidyCredentials(
          enrolment.database.database(),
          enrolment.signers,
          credentials,
          register,
          status,
          enrolment.outbox,
          enrolment.audit);

  final UnrecordedKeyUses unrecordedKeyUses = new UnrecordedKeyUses();
  final AuthenticationParts authentication =
      new AuthenticationParts(
          enrolment.database.database(),
          enrolment.signers,
          new AlteredRows(counted),
          interactions,
          new Passwords(
              PasswordHashing.open(
                  new PasswordHashingSettings(
                      new Argon2Parameters(7168, 5), 7168, 4, 64, Duration.ofSeconds(2))),
              enrolment.keys,
              random,
              unrecordedKeyUses),
          new FailureCounters(SETTINGS),
          new CodeQuotas(
              enrolment.signers, enrolment.outbox, new CodeQuotaSettings(10, 20, 10_000)),
          enrolment.keys,
          enrolment.outbox,
          enrolment.audit,
          random,
          SETTINGS);
  private final ActivationParts parts =
      new ActivationParts(
          enrolment.database.database(),
          enrolment.signers,
          enrolment.activations,
          interactions,
          new TemporaryPasswords(authentication),
          authentication.passwords(),
          enrolment.outbox,
          enrolment.audit,
          wording);
  private final ActivationSubject subject = new ActivationSubject(parts);
  private final CertificationAuthority authority;

  ActivationWorld() {
    PkiIdentity root = Pki.create("authority").authority();
    authority =
        new CertificationAuthority(
            new AuthorityKey(root.privateKey(), root.certificate(), Security.getProvider("SunEC")),
            new CertificateProfile(
                Profile.DEMO,
                Duration.ofDays(30),
                Duration.ZERO,
                CertificateProfile.QCP_N,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                new StatusAddresses(URI.create("http://status.bakq.example"))),
            random);
  }

  /** Somebody who is registered now. */
  Signer registered(Dni dni) throws RefusedException {
    RegisteredSigner registered =
        enrolment
            .registerSigner()
            .run(
                EnrolmentWorld.officer("00000000T"),
                EnrolmentWorld.wish(),
                EnrolmentWorld.registration(dni));
    return enrolment.database.run(
        handle -> enrolment.signers.find(handle, registered.signer()).orElseThrow());
  }

  /** Takes all steps from the newest link to the certificate. */
  IssuedCertificate activate(Signer signer, List<CredentialPurpose> purposes)
      throws RefusedException {
    ActivationId activation = newestActivation();
    prepare(signer, activation);
    KeyPair program = Pki.ecKeys(random, "secp256r1");
    InteractionId interaction =
        enrolment.database.run(
            handle ->
                interactions
                    .open(
                        handle,
                        InteractionPurpose.ACTIVATION,
                        activation.value(),
                        Bytes.copyOf(program.getPublic().getEncoded()),
                        Database.now(handle).plus(Duration.ofMinutes(10)))
                    .id());
    SecretBytes ticket;
    try (PasswordStep.Attempt attempt =
        new PasswordStep.Attempt(
            interaction,
            METHOD,
            proof(program, interaction, "-"),
            signer.dni(),
            password(),
            Optional.empty())) {
      ticket = new PasswordStep(authentication).run(attempt, subject).ticket();
    }
    Bytes hash = Bytes.copyOf(ticket.use(Bytes::sha256));
    try (CodeStep.Attempt attempt =
        new CodeStep.Attempt(
            interaction, METHOD, proof(program, interaction, hash.toHex()), ticket, code())) {
      return new CompleteActivation(
              parts,
              new CodeStep(authentication),
              authentication.devices(),
              subject,
              newCredentials(purposes))
          .run(attempt)
          .certificate();
    }
  }

  /** What makes credentials for {@code purposes}; before each key something may happen. */
  NewCredentials newCredentials(List<CredentialPurpose> purposes) {
    return new NewCredentials(
        enrolment.database.database(),
        enrolment.audit,
        new NewCredentials.Making(
            new WatchedKeys(),
            authority,
            register,
            credentials,
            new Seal(random),
            random,
            KeyAlgorithm.EC_P256,
            SignatureAlgorithm.ECDSA_P256_SHA256,
            keyEnd,
            purposes));
  }

  ActivationId newestActivation() {
    return new ActivationId(newest("ACTIVATION_LINK"));
  }

  private void prepare(Signer signer, ActivationId id) throws RefusedException {
    Passwords.Prepared prepared;
    try (SecretBytes chosen = password()) {
      prepared = authentication.passwords().prepare(signer.id(), chosen);
    }
    enrolment
        .database
        .database()
        .transact(
            handle -> {
              Activation activation = enrolment.activations.find(handle, id).orElseThrow();
              for (ActivationState next :
                  List.of(
                      ActivationState.OPENED,
                      ActivationState.PASSWORD_SET,
                      ActivationState.DATA_CONFIRMED,
                      ActivationState.TERMS_ACCEPTED)) {
                activation =
                    enrolment.activations.advance(handle, activation, next, Database.now(handle));
              }
              authentication.passwords().keep(handle, prepared);
            });
  }

  private static SecretBytes password() {
    return password(PASSWORD);
  }

  static SecretBytes password(String text) {
    return SecretBytes.takeOver(text.getBytes(StandardCharsets.UTF_8));
  }

  private SecretBytes code() {
    return code("ACTIVATION_CODE");
  }

  /** The code of the newest message of {@code kind}. */
  SecretBytes code(String kind) {
    UUID challenge = newest(kind);
    return enrolment.database.run(
        handle -> new PendingCodes(authentication).find(handle, challenge).orElseThrow().code());
  }

  private UUID newest(String kind) {
    return Arrays.stream(enrolment.outbox().reversed().toArray(String[]::new))
        .filter(line -> line.startsWith(kind + " "))
        .map(line -> UUID.fromString(line.substring(kind.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** For a step with a ticket of this hash, or {@code -}. */
  UnverifiedProof proof(KeyPair program, InteractionId interaction, String ticketHash) {
    long madeAt = enrolment.database.run(Database::now).getEpochSecond();
    String text = "bakq/proof/v1\n" + METHOD + "\n" + interaction + "\n" + ticketHash + "\n";
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(program.getPrivate());
      signature.update((text + madeAt + "\n").getBytes(StandardCharsets.UTF_8));
      return new UnverifiedProof(madeAt, Bytes.copyOf(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts the database's clock on, the only way in which it goes. */
  void putTheClockOn(Duration by) throws java.sql.SQLException {
    enrolment.database.asSuperuser(
        "update clock_mark set mark = greatest(mark, clock_timestamp()) + interval '"
            + by.toSeconds()
            + " seconds'");
  }

  Instant now() {
    return enrolment.database.run(Database::now);
  }

  Optional<Signer> find(Signer signer) {
    return enrolment.database.run(handle -> enrolment.signers.find(handle, signer.id()));
  }

  @Override
  public void close() {
    enrolment.close();
  }
}
