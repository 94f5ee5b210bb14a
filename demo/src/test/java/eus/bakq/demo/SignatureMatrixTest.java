package eus.bakq.demo;

import static eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_PADES;
import static eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED;
import static eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED;
import static eus.bakq.relyingparty.v1.SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPING;
import static eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_B;
import static eus.bakq.relyingparty.v1.SignatureLevel.SIGNATURE_LEVEL_B_LTA;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.judge.OpenSsl;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/**
 * Every form and level with every kind of citizen's key (KEY-02), signed by the server over the
 * wire, and judged by programs and libraries that are not ours.
 */
@ParameterizedClass
@EnumSource(SignatureMatrixTest.Keys.class)
class SignatureMatrixTest {
  private static final String NAME = "document.bin";

  private static DemoWorld world;
  private static Sede sede;

  /** One for each group of forms, because a citizen gets five codes an hour. */
  private static Map<SignatureFormat, Citizen> citizens;

  private static X509Certificate authority;
  private static Judges judges;

  private final Keys keys;

  SignatureMatrixTest(Keys keys) {
    this.keys = keys;
  }

  /** What the server is told to make for citizens, and how the record then names it. */
  enum Keys {
    P256("EC_P256", "RSA_3072_PSS", "ECDSA_P256"),
    RSA_PSS("RSA_3072", "RSA_3072_PSS", "RSA_3072_PSS"),
    RSA_PKCS1("RSA_3072", "RSA_3072_PKCS1", "RSA_3072_PKCS1");

    private final String algorithm;
    private final String rsaSignature;
    private final String recorded;

    Keys(String algorithm, String rsaSignature, String recorded) {
      this.algorithm = algorithm;
      this.rsaSignature = rsaSignature;
      this.recorded = recorded;
    }
  }

  @BeforeParameterizedClassInvocation
  static void start(Keys keys) throws Exception {
    world =
        DemoWorld.start(
            6,
            "citizenKeys: {algorithm: %s, rsaSignature: %s}\n"
                .formatted(keys.algorithm, keys.rsaSignature));
    sede = world.sede(DemoWorld.SEDE_A);
    Citizen third = world.activeCitizen();
    citizens =
        Map.of(
            SIGNATURE_FORMAT_PADES,
            world.activeCitizen(),
            SIGNATURE_FORMAT_XADES_ENVELOPED,
            world.activeCitizen(),
            SIGNATURE_FORMAT_XADES_ENVELOPING,
            third,
            SIGNATURE_FORMAT_XADES_DETACHED,
            third);
    authority = world.outsider().hsm().authorityKey().certificate();
    judges = new Judges(authority);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    world.conformance().requireNoViolation();
    world.close();
  }

  static Stream<Arguments> forms() {
    List<SignatureLevel> levels =
        Stream.of(SignatureLevel.values())
            .filter(level -> level != SignatureLevel.UNRECOGNIZED && level.getNumber() != 0)
            .toList();
    return Stream.of(
            levels.stream().map(level -> Arguments.of(SIGNATURE_FORMAT_PADES, level)),
            levels.stream().map(level -> Arguments.of(SIGNATURE_FORMAT_XADES_ENVELOPED, level)),
            Stream.of(SIGNATURE_LEVEL_B_B, SIGNATURE_LEVEL_B_LTA)
                .flatMap(
                    level ->
                        Stream.of(
                            Arguments.of(SIGNATURE_FORMAT_XADES_ENVELOPING, level),
                            Arguments.of(SIGNATURE_FORMAT_XADES_DETACHED, level))))
        .flatMap(form -> form);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyJudgeAccepts(SignatureFormat format, SignatureLevel level) throws Exception {
    LogTail log = LogTail.begin();
    byte[] original = original(format, level);
    DigestAlgorithm digest = digest(level);
    SignatureRequest request = sede.ask(wish(format, level, digest, original));

    Citizen citizen = citizens.get(format);
    citizen.sign(request);

    byte[] signed = fetchCompleted(request, log);
    X509Certificate signer =
        switch (format) {
          case SIGNATURE_FORMAT_PADES -> {
            assertThat(signed).startsWith(original);
            yield judges.acceptPdf(signed, level);
          }
          case SIGNATURE_FORMAT_XADES_ENVELOPED -> {
            assertOnlyASignatureMore(original, signed);
            yield acceptXml(signed, Map.of(), format, level);
          }
          case SIGNATURE_FORMAT_XADES_ENVELOPING -> acceptXml(signed, Map.of(), format, level);
          case SIGNATURE_FORMAT_XADES_DETACHED ->
              acceptXml(signed, Map.of(NAME, original), format, level);
          case SIGNATURE_FORMAT_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("no form");
        };
    assertSigner(citizen, signer);
    assertOpenSslAccepts(signer);
    String recorded = keys.recorded + "_" + digest.name().substring("DIGEST_ALGORITHM_".length());
    assertThat(world.audit().of(request.getId()))
        .filteredOn(record -> record.getType().equals("SIGNATURE_CREATED"))
        .singleElement()
        .satisfies(record -> assertThat(record.getDetailsOrThrow("algorithm")).isEqualTo(recorded));
  }

  /** Where it is not completed, what the server has logged says why. */
  private static byte[] fetchCompleted(SignatureRequest request, LogTail log) throws IOException {
    try {
      return sede.fetchCompleted(request.getId(), 0);
    } catch (AssertionError e) {
      throw new AssertionError(String.join("\n", log.lines()), e);
    }
  }

  /** The chain, the authority's list, and the OCSP answer, as the public gets them. */
  private static void assertOpenSslAccepts(X509Certificate signer) throws Exception {
    byte[] list = world.fetchPublic("/authority.crl");
    assertThat(world.fetchPublic("/authority.cer")).isEqualTo(authority.getEncoded());
    Judges.assertAccepted(OpenSsl.revocationList(list, authority));
    Judges.assertAccepted(OpenSsl.verify(signer, List.of(), List.of(authority), List.of(list)));
    Judges.assertAccepted(
        OpenSsl.status(
            signer, authority, List.of(authority), world.publicAddress("/ocsp").toString()));
  }

  private X509Certificate acceptXml(
      byte[] signed, Map<String, byte[]> beside, SignatureFormat format, SignatureLevel level) {
    return judges.acceptXml(signed, beside, format, level, keys == Keys.RSA_PSS);
  }

  private void assertSigner(Citizen citizen, X509Certificate signer) {
    assertThat(signer.getSubjectX500Principal().toString()).contains("IDCES-" + citizen.dni());
    switch (keys) {
      case P256 -> assertThat(signer.getPublicKey()).isInstanceOf(ECPublicKey.class);
      case RSA_PSS, RSA_PKCS1 ->
          assertThat(signer.getPublicKey())
              .isInstanceOfSatisfying(
                  RSAPublicKey.class,
                  key -> assertThat(key.getModulus().bitLength()).isEqualTo(3072));
    }
  }

  private static CreateSignatureRequestRequest.Builder wish(
      SignatureFormat format, SignatureLevel level, DigestAlgorithm digest, byte[] original) {
    CreateSignatureRequestRequest.Builder wish =
        Sede.wish(original).setFormat(format).setLevel(level).setDigestAlgorithm(digest);
    wish.getDocumentsBuilder(0).setLabel(NAME);
    return wish;
  }

  /** Each hash is used by some level. */
  private static DigestAlgorithm digest(SignatureLevel level) {
    return switch (level) {
      case SIGNATURE_LEVEL_B_T -> DigestAlgorithm.DIGEST_ALGORITHM_SHA384;
      case SIGNATURE_LEVEL_B_LT -> DigestAlgorithm.DIGEST_ALGORITHM_SHA512;
      case SIGNATURE_LEVEL_UNSPECIFIED, SIGNATURE_LEVEL_B_B, SIGNATURE_LEVEL_B_LTA, UNRECOGNIZED ->
          DigestAlgorithm.DIGEST_ALGORITHM_SHA256;
    };
  }

  /** XML where it must be; elsewhere PDFs of others, another one for each level. */
  private static byte[] original(SignatureFormat format, SignatureLevel level) {
    if (format == SIGNATURE_FORMAT_XADES_ENVELOPED) {
      return Documents.invoice();
    }
    return switch (level) {
      case SIGNATURE_LEVEL_B_T -> Documents.paper();
      case SIGNATURE_LEVEL_B_LT -> Documents.pdfA2a();
      case SIGNATURE_LEVEL_B_LTA -> Documents.form();
      case SIGNATURE_LEVEL_UNSPECIFIED, SIGNATURE_LEVEL_B_B, UNRECOGNIZED -> Documents.pdfA1b();
    };
  }

  private static void assertOnlyASignatureMore(byte[] original, byte[] signed) throws Exception {
    Document after = parse(signed);
    Node last = after.getDocumentElement().getLastChild();
    assertThat(last.getLocalName()).isEqualTo("Signature");
    after.getDocumentElement().removeChild(last);
    assertThat(after.getDocumentElement().isEqualNode(parse(original).getDocumentElement()))
        .isTrue();
  }

  private static Document parse(byte[] xml) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml));
  }
}
