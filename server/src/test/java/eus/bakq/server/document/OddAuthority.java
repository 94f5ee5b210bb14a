package eus.bakq.server.document;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** A time-stamping authority over HTTP on this machine that answers as it is told. */
final class OddAuthority implements AutoCloseable {
  /** How it answers a query. */
  @FunctionalInterface
  interface Answer {
    void answer(HttpExchange exchange, byte[] query) throws Exception;
  }

  private final SecureRandom random = new SecureRandom();
  private final Pki pki = Pki.create("odd time-stamping root");
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Answer answer = (exchange, query) -> send(exchange, 200, sound(query));

  OddAuthority() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            answer.answer(exchange, exchange.getRequestBody().readAllBytes());
          } catch (Exception e) {
            throw new IOException(e);
          }
        });
    server.start();
  }

  void answers(Answer next) {
    answer = next;
  }

  int asked() {
    return asked.get();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  Path writeRoot(Path folder) throws IOException {
    return Files.writeString(folder.resolve("root.pem"), pki.authority().certificatePem());
  }

  static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
    if (content.length > 0) {
      exchange.getResponseBody().write(content);
    }
  }

  /** What it should answer. */
  byte[] sound(byte[] query) throws Exception {
    return stamp(query, unit(pki, Instant.now(), 1), List.of(), Instant.now());
  }

  /** Signed by a unit whose certificate ended yesterday. */
  byte[] byExpiredUnit(byte[] query) throws Exception {
    PkiIdentity unit = unit(pki, Instant.now().minus(Duration.ofDays(2)), 1);
    return stamp(query, unit, List.of(), Instant.now().minus(Duration.ofHours(30)));
  }

  /** Signed by a unit of an authority of the same name. */
  byte[] byStranger(byte[] query) throws Exception {
    PkiIdentity unit = unit(Pki.create("odd time-stamping root"), Instant.now(), 1);
    return stamp(query, unit, List.of(), Instant.now());
  }

  /** Signed with a certificate of this authority that is for signing documents. */
  byte[] bySigner(byte[] query) throws Exception {
    return stamp(query, pki.signerWithEcKey("no unit"), List.of(), Instant.now());
  }

  /** Of tomorrow. */
  byte[] ofTomorrow(byte[] query) throws Exception {
    PkiIdentity unit = unit(pki, Instant.now(), 2);
    return stamp(query, unit, List.of(), Instant.now().plus(Duration.ofHours(20)));
  }

  /** With so many certificates that it is larger than the place for it. */
  byte[] large(byte[] query) throws Exception {
    return stamp(query, unit(pki, Instant.now(), 1), certificates(40), Instant.now());
  }

  /** With a long chain, as large as it may be. */
  byte[] longChain(byte[] query) throws Exception {
    return stamp(query, unit(pki, Instant.now(), 1), certificates(25), Instant.now());
  }

  /** A sound stamp, for another hash. */
  byte[] forAnotherHash(byte[] query) throws Exception {
    TimeStampRequest asked = new TimeStampRequest(query);
    return sound(query(new byte[32], asked.getNonce()));
  }

  /** A sound stamp, with another nonce: one that was made for somebody else. */
  byte[] withAnotherNonce(byte[] query) throws Exception {
    TimeStampRequest asked = new TimeStampRequest(query);
    return sound(query(asked.getMessageImprintDigest(), asked.getNonce().add(BigInteger.ONE)));
  }

  private static byte[] query(byte[] hash, BigInteger nonce) throws IOException {
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    generator.setCertReq(true);
    return generator.generate(NISTObjectIdentifiers.id_sha256, hash, nonce).getEncoded();
  }

  private List<X509Certificate> certificates(int count) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      certificates.add(pki.signerWithEcKey("one of the chain " + i).certificate());
    }
    return certificates;
  }

  private byte[] stamp(byte[] query, PkiIdentity unit, List<X509Certificate> others, Instant time)
      throws Exception {
    DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
    TimeStampTokenGenerator tokens =
        new TimeStampTokenGenerator(
            new JcaSignerInfoGeneratorBuilder(digests)
                .build(
                    new JcaContentSignerBuilder("SHA256withECDSA").build(unit.privateKey()),
                    unit.certificate()),
            digests.get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1)),
            new ASN1ObjectIdentifier("0.4.0.2023.1.1"));
    List<X509Certificate> all = new ArrayList<>(others);
    all.add(unit.certificate());
    tokens.addCertificates(new JcaCertStore(all));
    TimeStampRequest request = new TimeStampRequest(query);
    return new TimeStampResponseGenerator(tokens, Set.of(NISTObjectIdentifiers.id_sha256))
        .generate(request, new BigInteger(64, random), Date.from(time))
        .getEncoded();
  }

  private PkiIdentity unit(Pki issuer, Instant from, int days) throws Exception {
    KeyPair keys = Pki.ecKeys(random, "secp256r1");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            X500Name.getInstance(
                issuer.authority().certificate().getSubjectX500Principal().getEncoded()),
            new BigInteger(64, random),
            Date.from(from.minus(Duration.ofMinutes(2))),
            Date.from(from.plus(Duration.ofDays(days))),
            new X500Name("CN=odd unit"),
            keys.getPublic());
    builder.addExtension(
        Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
    return new PkiIdentity(
        keys.getPrivate(),
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA256withECDSA")
                        .build(issuer.authority().privateKey()))));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
