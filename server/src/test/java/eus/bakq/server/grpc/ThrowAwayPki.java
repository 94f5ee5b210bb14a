package eus.bakq.server.grpc;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority whose certificates live as long as a test, as PEM files in a folder. */
final class ThrowAwayPki {
  /** A certificate with its key, on disk. */
  record Identity(X509Certificate certificate, Path certificateFile, Path keyFile) {}

  private final Path folder;
  private final String name;
  private final KeyPair key;
  private final X509Certificate certificate;
  private final SecureRandom random = new SecureRandom();

  ThrowAwayPki(Path folder, String name) throws Exception {
    this.folder = folder;
    this.name = name;
    this.key = newKey();
    Instant now = Instant.now();
    this.certificate =
        issue(name, key, now.minus(1, ChronoUnit.HOURS), now.plus(1, ChronoUnit.HOURS), true);
    write(name + ".pem", certificate);
  }

  Path authorityFile() {
    return folder.resolve(name + ".pem");
  }

  Identity identity(String subject) throws Exception {
    Instant now = Instant.now();
    return identity(subject, now.minus(1, ChronoUnit.HOURS), now.plus(1, ChronoUnit.HOURS));
  }

  Identity identity(String subject, Instant notBefore, Instant notAfter) throws Exception {
    KeyPair pair = newKey();
    X509Certificate issued = issue(subject, pair, notBefore, notAfter, false);
    return new Identity(
        issued,
        write(name + "-" + subject + ".pem", issued),
        write(name + "-" + subject + ".key", pair.getPrivate()));
  }

  private X509Certificate issue(
      String subject, KeyPair pair, Instant notBefore, Instant notAfter, boolean authority)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + name),
            new BigInteger(127, random),
            Date.from(notBefore),
            Date.from(notAfter),
            new X500Name("CN=" + subject),
            pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate());
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private Path write(String file, Object content) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      if (content instanceof java.security.PrivateKey secret) {
        pem.writeObject(
            new org.bouncycastle.util.io.pem.PemObject("PRIVATE KEY", secret.getEncoded()));
      } else {
        pem.writeObject(content);
      }
    }
    return Files.writeString(folder.resolve(file), text.toString());
  }
}
