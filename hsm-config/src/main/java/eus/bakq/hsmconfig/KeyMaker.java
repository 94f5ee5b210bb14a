package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_EC_PARAMS;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_POINT;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_ISSUER;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_GEN_MECHANISM;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_SERIAL_NUMBER;
import static eus.bakq.pkcs11.AttributeType.CKA_SUBJECT;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;

import eus.bakq.hsmconfig.KeyPlan.CertificatePlan;
import eus.bakq.pkcs11.KeyPairHandles;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;

/** Makes the keys of one token, in a session in which the user is logged in. */
final class KeyMaker {
  private final Pkcs11Session session;
  private final CheckValues checkValues;
  private final AuthorityCertificate authorityCertificate;

  KeyMaker(Pkcs11Session session, Clock clock, SecureRandom random) {
    this.session = session;
    this.checkValues = new CheckValues(session);
    this.authorityCertificate = new AuthorityCertificate(session, clock, random);
  }

  /**
   * Makes {@code key}, reads its objects back and takes its check value.
   *
   * @throws CeremonyRefusedException if an object is not exactly as planned
   */
  KeyRecord make(KeyPlan key)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    return switch (key.use()) {
      case WRAPPING, MAC -> makeSecretKey(key);
      case SIGNING, AUTHORITY -> makeKeyPair(key);
    };
  }

  private KeyRecord makeSecretKey(KeyPlan key)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    Template planned = named(key, key.attributes());
    ObjectHandle handle = session.generateKey(generation(planned), planned.withoutSetByToken());
    Template made = readBack(key, handle, planned);
    return new KeyRecord(
        key,
        List.of(made),
        key.use() == KeyUse.WRAPPING
            ? checkValues.ofWrappingKey(key, handle)
            : checkValues.ofMacKey(key, handle));
  }

  private KeyRecord makeKeyPair(KeyPlan key)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    Template plannedPrivate = named(key, key.attributes());
    Template plannedPublic = named(key, key.publicAttributes().orElseThrow());
    KeyPairHandles pair =
        session.generateKeyPair(
            generation(plannedPrivate),
            plannedPublic.withoutSetByToken(),
            plannedPrivate.withoutSetByToken());
    List<Template> objects = new ArrayList<>();
    objects.add(readBack(key, pair.privateKey(), plannedPrivate));
    Template point = session.attributes(pair.publicKey(), List.of(CKA_EC_POINT));
    objects.add(
        readBack(
            key, pair.publicKey(), plannedPublic.with(CKA_EC_POINT, point.octets(CKA_EC_POINT))));
    SubjectPublicKeyInfo publicKey =
        EllipticCurves.publicKey(
            session.attributes(pair.publicKey(), List.of(CKA_EC_PARAMS, CKA_EC_POINT)));
    if (key.certificate().isPresent()) {
      objects.add(makeCertificate(key, key.certificate().get(), publicKey, pair.privateKey()));
    }
    return new KeyRecord(key, objects, checkValues.ofSigningKey(key, pair.privateKey(), publicKey));
  }

  private Template makeCertificate(
      KeyPlan key, CertificatePlan plan, SubjectPublicKeyInfo publicKey, ObjectHandle privateKey)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    X509CertificateHolder certificate = authorityCertificate.make(plan, publicKey, privateKey);
    requireOwnSignature(certificate);
    Template planned =
        named(key, plan.attributes())
            .with(CKA_SUBJECT, certificate.getSubject().getEncoded())
            .with(CKA_ISSUER, certificate.getIssuer().getEncoded())
            .with(CKA_SERIAL_NUMBER, new ASN1Integer(certificate.getSerialNumber()).getEncoded())
            .with(CKA_VALUE, certificate.getEncoded());
    return readBack(key, session.create(planned), planned);
  }

  private static void requireOwnSignature(X509CertificateHolder holder)
      throws IOException, GeneralSecurityException {
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
    certificate.verify(certificate.getPublicKey());
  }

  private Template readBack(KeyPlan key, ObjectHandle handle, Template planned)
      throws CeremonyRefusedException, Pkcs11Exception {
    Template made = session.attributes(handle, planned.types());
    if (!made.equals(planned)) {
      throw new CeremonyRefusedException(
          "the token made the key %s otherwise than planned: %s instead of %s"
              .formatted(key.id(), made.toReadable(), planned.toReadable()));
    }
    return made;
  }

  private static Template named(KeyPlan key, Template attributes) {
    return attributes
        .with(CKA_LABEL, key.id())
        .with(CKA_ID, key.id().getBytes(StandardCharsets.US_ASCII));
  }

  private static Mechanism generation(Template planned) {
    return Mechanism.of(planned.number(CKA_KEY_GEN_MECHANISM), new byte[0]);
  }
}
