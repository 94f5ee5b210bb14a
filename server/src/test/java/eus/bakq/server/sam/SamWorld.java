package eus.bakq.server.sam;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.credential.SealBinding;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.FakeCitizenKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A signature activation module with everything beneath it, on a real database, with keys in
 * software that fail on order: for tests that present activation data to it. For one thread, but
 * for {@link #present}.
 */
final class SamWorld implements AutoCloseable {
  static final String SERIAL_NUMBER = "IDCES-00000000T";
  private static final Pki PKI = Pki.create("authority");
  static final DtbsRepresentation HASH =
      new DtbsRepresentation(
          SignatureAlgorithm.ECDSA_P256_SHA256, Bytes.copyOf(new byte[] {1}).sha256());

  private static final AlgorithmPolicy WITHOUT_SHA512 =
      new AlgorithmPolicy(
          AlgorithmPolicy.everything().schemes(),
          Map.of(
              DigestAlgorithm.SHA256, AlgorithmPolicy.NO_END,
              DigestAlgorithm.SHA384, AlgorithmPolicy.NO_END,
              DigestAlgorithm.SHA512, Instant.parse("2026-01-01T00:00:00Z")));

  private final TestDatabase database;
  private final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();
  private final FakeCitizenKeys citizenKeys = new FakeCitizenKeys();
  private final SecureRandom random = new SecureRandom();
  private final AuditLog audit = new AuditLog();
  private final ActivationLedger ledger = new ActivationLedger(UUID.randomUUID());
  private final Credentials credentials = new Credentials(new RowMacs(keys));
  private final CertificateRegister register = new CertificateRegister(new RowMacs(keys));
  private final SecretBytes secret = SecretBytes.takeOver(new byte[32]);
  private final SignHashes signHashes;

  SamWorld(TestDatabase database) {
    this.database = database;
    signHashes =
        new SignHashes(
            database.database(),
            keys,
            ledger,
            credentials,
            register,
            citizenKeys,
            new Seal(random),
            audit,
            new SamSettings(Presented.LIFE, WITHOUT_SHA512));
  }

  FakeCitizenKeys citizenKeys() {
    return citizenKeys;
  }

  Credentials credentials() {
    return credentials;
  }

  CertificateRegister register() {
    return register;
  }

  Instant now() {
    return database.run(Database::now);
  }

  /** One in order. */
  Credential credential() {
    Instant now = now();
    return registered(
        made(
            CredentialPurpose.SIGNATURE,
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(1))));
  }

  Credential registered(Credential credential) {
    database.run(
        handle ->
            register.record(
                handle,
                credential.certificate(),
                CertificateKind.of(credential.purpose()),
                Optional.of(credential.id()),
                now()));
    return inserted(credential);
  }

  Credential inserted(Credential credential) {
    return database.run(
        handle -> {
          credentials.insert(handle, credential);
          return credential;
        });
  }

  Credential made(CredentialPurpose purpose, Instant from, Instant to) {
    NewCitizenKey key = citizenKeys.generate(KeyAlgorithm.EC_P256, any -> HASH);
    SealBinding binding = Presented.binding(key, purpose);
    return new Credential(
        binding.credential(),
        binding.signer(),
        CredentialState.ACTIVE,
        certificate(key.publicKey(), from, to),
        List.of(PKI.authority().certificate()),
        binding,
        Optional.of(new Seal(random).close(key.wrapped(), secret, binding)),
        now().truncatedTo(ChronoUnit.MICROS),
        1);
  }

  /** One that no authority of ours would issue at this time. */
  private X509Certificate certificate(PublicKey key, Instant from, Instant to) {
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.C, "ES")
            .addRDN(BCStyle.SERIALNUMBER, SERIAL_NUMBER)
            .addRDN(BCStyle.CN, "ANE")
            .build();
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              new X509v3CertificateBuilder(
                      X500Name.getInstance(
                          PKI.authority().certificate().getSubjectX500Principal().getEncoded()),
                      new BigInteger(127, random).setBit(126),
                      Date.from(from),
                      Date.from(to),
                      subject,
                      SubjectPublicKeyInfo.getInstance(key.getEncoded()))
                  .build(
                      new JcaContentSignerBuilder("SHA256withECDSA")
                          .build(PKI.authority().privateKey())));
    } catch (java.security.GeneralSecurityException
        | org.bouncycastle.operator.OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As a server presents what it has just made. */
  List<SignatureValue> present(ActivationContent content) throws RefusedException {
    return present(content, mac(content));
  }

  /** With this MAC, whatever it is of. */
  List<SignatureValue> present(ActivationContent content, Bytes mac) throws RefusedException {
    List<SignatureValue> kept = new ArrayList<>();
    List<SignatureValue> values =
        signHashes.run(
            new UnverifiedActivationData(content.encode(), mac),
            new SigningContext(
                content.request(),
                content.client(),
                content.interaction(),
                content.hashes(),
                SERIAL_NUMBER),
            secret,
            (handle, made) -> kept.addAll(made));
    assertThat(kept).isEqualTo(values);
    return values;
  }

  /** The right one. */
  Bytes mac(ActivationContent content) {
    return Bytes.copyOf(keys.mac(MacKey.SAD, content.encode().toByteArray()));
  }

  /** As {@link ActivationIssuer} makes it, now. */
  ActivationContent issued(Credential credential) {
    return issued(credential, HASH);
  }

  ActivationContent issued(Credential credential, DtbsRepresentation hash) {
    return authorised(Presented.content(credential, now(), List.of(hash)));
  }

  /** Has the ledger know it. */
  ActivationContent authorised(ActivationContent content) {
    return database.run(
        handle -> {
          ledger.authorise(handle, content);
          return content;
        });
  }

  /** What the record says of the request that {@code content} are for. */
  List<String> recorded(ActivationContent content) {
    return database
        .run(handle -> audit.list(handle, Optional.of(content.request().toString()), 0, 100))
        .stream()
        .map(record -> record.type() + " " + record.reason())
        .toList();
  }

  /** Forgets the secret that opens the seals. The database stays the caller's. */
  @Override
  public void close() {
    secret.close();
  }
}
