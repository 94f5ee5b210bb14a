package eus.bakq.server.document;

import static eus.bakq.server.document.XadesSigning.ECDSA;
import static eus.bakq.server.document.XadesSigning.form;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.judge.JdkXmlSignature;
import eus.bakq.fixtures.judge.XmlSec1;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Nothing is released that is not what was prepared, and nobody accepts what was changed later. */
class XadesTamperingTest {
  private static final SignatureFormat ENVELOPED = SignatureFormat.XADES_ENVELOPED;
  private static final SignedDocumentCheck CHECK =
      SignedDocumentCheck.open(
          SoftwareSigner.PKI.issuers(),
          List.of(Bytes.copyOf(SoftwareSigner.PKI.emptyRevocationList())));

  private final Instant now = Instant.now();
  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());
  private final XadesSigning signing = new XadesSigning(documents, now);
  private final Bytes invoice = Bytes.copyOf(Documents.invoice());

  @Test
  void refusesAnotherOriginal() throws Exception {
    for (SignatureFormat format : XadesSigning.FORMATS) {
      PreparedDocument prepared = signing.prepare(invoice, format, ECDSA);
      byte[] changed = invoice.toByteArray();
      changed[changed.length / 2] ^= 1;

      assertThatThrownBy(() -> complete(Bytes.copyOf(changed), prepared, format))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("original");
    }
  }

  @Test
  void refusesAnotherForm() throws Exception {
    PreparedDocument prepared = signing.prepare(invoice, ENVELOPED, ECDSA);

    assertThatThrownBy(() -> complete(invoice, prepared, SignatureFormat.XADES_DETACHED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("form");
    assertThatThrownBy(() -> complete(invoice, prepared, SignatureFormat.PADES))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAValueThatDoesNotVerify() throws Exception {
    for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
      PreparedDocument prepared = signing.prepare(invoice, ENVELOPED, algorithm);
      byte[] value = SoftwareSigner.sign(prepared.dtbs()).value().toByteArray();
      value[value.length - 1] ^= 1;

      assertThatThrownBy(
              () ->
                  documents.complete(
                      invoice,
                      prepared,
                      form(ENVELOPED),
                      SoftwareSigner.chain(algorithm),
                      new SignatureValue(algorithm, Bytes.copyOf(value))))
          .as(algorithm.name())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("does not verify");
    }
  }

  @Test
  void refusesTheCertificateOfSomebodyElse() throws Exception {
    PreparedDocument prepared = signing.prepare(invoice, ENVELOPED, ECDSA);
    X509Certificate other = SoftwareSigner.PKI.signerWithEcKey("other").certificate();

    assertThatThrownBy(
            () ->
                documents.complete(
                    invoice,
                    prepared,
                    form(ENVELOPED),
                    List.of(other),
                    SoftwareSigner.sign(prepared.dtbs())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("certificate");
  }

  @Test
  void refusesAHashThatIsNotTheStates() throws Exception {
    PreparedDocument prepared = signing.prepare(invoice, ENVELOPED, ECDSA);
    DtbsRepresentation other = new DtbsRepresentation(ECDSA, invoice.sha256());

    assertThatThrownBy(
            () -> complete(invoice, new PreparedDocument(prepared.state(), other), ENVELOPED))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAFrameThatSomebodyWroteIntoTheState() throws Exception {
    XadesState state = XadesState.decode(signing.prepare(invoice, ENVELOPED, ECDSA).state());
    String frame = new String(state.frame().content().toByteArray(), StandardCharsets.US_ASCII);

    for (String changed :
        List.of(
            frame.replace("/*/ds:Signature", "/*/ds:Signaturx"),
            frame.replace("text/xml", "text/xmx"),
            frame.replace("Z</xades:SigningTime>", "Y</xades:SigningTime>"),
            frame.replace("<ds:KeyInfo>", "<ds:KeyInf0>"),
            frame.replace("<ds:Object>", "<ds:Object Id='x'>"),
            frame + frame,
            "<pay>1000</pay>" + frame)) {
      assertThat(changed).isNotEqualTo(frame);
      PreparedDocument prepared = prepared(state, changed);
      if (changed.contains("<ds:Object Id='x'>")) {
        // Not signed, and so nobody's: the signature says the same.
        assertThat(CHECK.last(complete(invoice, prepared, ENVELOPED), now).passed()).isTrue();
      } else {
        assertThatThrownBy(() -> complete(invoice, prepared, ENVELOPED))
            .as(changed)
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }

  private static PreparedDocument prepared(XadesState state, String frame) {
    XadesFrame before = state.frame();
    int value = frame.lastIndexOf("<ds:SignatureValue ");
    XadesFrame changed =
        new XadesFrame(
            before.format(),
            before.originalSha256(),
            before.originalLength(),
            before.from(),
            before.to(),
            Bytes.copyOf(frame.getBytes(StandardCharsets.US_ASCII)),
            frame.indexOf('>', value) + 1);
    XadesState other =
        new XadesState(
            state.algorithm(),
            state.signingTime(),
            state.certificateSha256(),
            state.toBeSigned(),
            state.signaturesBefore(),
            changed);
    return new PreparedDocument(
        other.encode(), new DtbsRepresentation(ECDSA, state.toBeSigned().sha256()));
  }

  @TestFactory
  List<DynamicTest> noJudgeAcceptsWhatWasChangedAfterwards() throws Exception {
    Bytes signed = signing.sign(invoice, ENVELOPED, ECDSA);
    Map<String, Map.Entry<String, String>> changes =
        Map.of(
            "amount", Map.entry("<TotalAmount>4720.00", "<TotalAmount>9720.00"),
            "attribute", Map.entry("<SchemaVersion>", "<SchemaVersion a='1'>"),
            "new element", Map.entry("</Invoices>", "</Invoices><pay>1</pay>"),
            "signing time", Map.entry("<xades:SigningTime>2", "<xades:SigningTime>3"),
            "filter", Map.entry("/*/ds:Signature", "/*//ds:Signature"),
            "format", Map.entry("text/xml", "text/xmx"),
            "value", Map.entry("</ds:SignatureValue>", "AAAA</ds:SignatureValue>"));
    List<DynamicTest> tests = new ArrayList<>();
    changes.forEach(
        (name, change) ->
            tests.add(
                DynamicTest.dynamicTest(
                    name, () -> requireUnacceptable(signed, change.getKey(), change.getValue()))));
    return tests;
  }

  private void requireUnacceptable(Bytes signed, String before, String after) {
    String text = new String(signed.toByteArray(), StandardCharsets.UTF_8);
    int at = text.indexOf(before);
    assertThat(at).as(before).isPositive();
    byte[] changed =
        (text.substring(0, at) + after + text.substring(at + before.length()))
            .getBytes(StandardCharsets.UTF_8);

    assertThat(CHECK.all(Bytes.copyOf(changed), now)).noneMatch(outcome -> outcome.passed());
    assertThat(JdkXmlSignature.verify(changed, Map.of(), SoftwareSigner.PKI.issuers()).accepted())
        .isFalse();
    assertThat(XmlSec1.verify(changed, Map.of(), SoftwareSigner.PKI.issuers()).accepted())
        .isFalse();
  }

  @Test
  void aSignatureInsideTheDocumentIsSignedLikeTheRest() throws Exception {
    Bytes inside =
        signing.sign(Bytes.copyOf(new byte[] {1}), SignatureFormat.XADES_ENVELOPING, ECDSA);
    String file = new String(inside.toByteArray(), StandardCharsets.US_ASCII);
    String root = "<root><file>" + file.substring(file.indexOf("<ds:Signature")) + "</file></root>";
    Bytes signed =
        signing.sign(Bytes.copyOf(root.getBytes(StandardCharsets.US_ASCII)), ENVELOPED, ECDSA);
    assertThat(CHECK.all(signed, now)).hasSize(2).allMatch(outcome -> outcome.passed());

    String changed =
        new String(signed.toByteArray(), StandardCharsets.US_ASCII)
            .replaceFirst("<ds:Object", "<ds:Object MimeType='text/plain'");

    assertThat(CHECK.all(Bytes.copyOf(changed.getBytes(StandardCharsets.US_ASCII)), now))
        .satisfiesExactly(
            first -> assertThat(first.passed()).isTrue(),
            ours -> assertThat(ours.subIndication()).contains("HASH_FAILURE"));
  }

  @Test
  void aFileChangedBesideItsSignatureIsSeen() throws Exception {
    Bytes signed = signing.sign(invoice, SignatureFormat.XADES_DETACHED, ECDSA);

    assertThat(CHECK.detached(signed, Bytes.copyOf(Documents.pdfA1b()), now).getLast().passed())
        .isFalse();
  }

  @Test
  void refusesACertificateThatIsNotForThis() {
    assertThatThrownBy(
            () ->
                documents.prepare(
                    invoice,
                    form(ENVELOPED),
                    SoftwareSigner.chain(ECDSA),
                    SignatureAlgorithm.RSA_3072_PSS_SHA256,
                    now))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                documents.prepare(
                    invoice,
                    form(ENVELOPED),
                    SoftwareSigner.chain(ECDSA),
                    ECDSA,
                    now.plus(Duration.ofDays(4_000))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Bytes complete(Bytes original, PreparedDocument prepared, SignatureFormat format) {
    return documents.complete(
        original,
        prepared,
        form(format),
        SoftwareSigner.chain(ECDSA),
        SoftwareSigner.sign(prepared.dtbs()));
  }
}
