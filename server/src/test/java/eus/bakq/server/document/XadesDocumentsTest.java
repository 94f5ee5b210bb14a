package eus.bakq.server.document;

import static eus.bakq.server.document.XadesSigning.ECDSA;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.OddXml;
import eus.bakq.fixtures.judge.JdkXmlSignature;
import eus.bakq.fixtures.judge.Verdict;
import eus.bakq.fixtures.judge.XmlSec1;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.validation.ValidationOutcome;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureScheme;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** SIG-03, SIG-06, SIG-12: what is signed, all judges accept. */
class XadesDocumentsTest {
  /** As {@link XadesSigning#form} names it: without accents, separators and blanks. */
  private static final String BESIDE = "Ano_2026_contrato_no_1.xml";

  private static final SignedDocumentCheck CHECK =
      SignedDocumentCheck.open(
          SoftwareSigner.PKI.issuers(),
          List.of(Bytes.copyOf(SoftwareSigner.PKI.emptyRevocationList())));

  private final Instant now = Instant.now();
  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());
  private final XadesSigning signing = new XadesSigning(documents, now);

  @TestFactory
  List<DynamicTest> allJudgesAcceptEachPackagingWithEachAlgorithm() {
    Bytes invoice = Bytes.copyOf(Documents.invoice());
    List<DynamicTest> tests = new ArrayList<>();
    for (SignatureFormat format : XadesSigning.FORMATS) {
      for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
        tests.add(
            DynamicTest.dynamicTest(
                format + " " + algorithm, () -> requireAccepted(invoice, format, algorithm)));
      }
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> allJudgesAcceptOddDocumentsAndFindEachByteOfThem() {
    List<DynamicTest> tests = new ArrayList<>();
    OddXml.all()
        .forEach(
            (name, content) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        name,
                        () ->
                            requireAccepted(
                                Bytes.copyOf(content), SignatureFormat.XADES_ENVELOPED, ECDSA))));
    return tests;
  }

  @Test
  void filesOfAnyKindAreSignedWithinAndBeside() throws Exception {
    for (byte[] file :
        List.of(Documents.pdfA1b(), new byte[] {0}, new byte[] {-1, 0, 60}, Documents.invoice())) {
      requireAccepted(Bytes.copyOf(file), SignatureFormat.XADES_ENVELOPING, ECDSA);
      requireAccepted(Bytes.copyOf(file), SignatureFormat.XADES_DETACHED, ECDSA);
    }
  }

  private void requireAccepted(Bytes original, SignatureFormat format, SignatureAlgorithm algorithm)
      throws Exception {
    Bytes signed = signing.sign(original, format, algorithm);

    requireOriginal(original, signed, format);
    ValidationOutcome outcome = outcome(signed, original, format);
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.passed()).as(outcome.toString()).isTrue();
    assertThat(outcome.signerCertificate()).contains(SoftwareSigner.chain(algorithm).getFirst());
    Map<String, byte[]> beside = beside(original, format);
    Verdict platform =
        JdkXmlSignature.verify(signed.toByteArray(), beside, SoftwareSigner.PKI.issuers());
    assertThat(platform.accepted()).as(platform.said()).isTrue();
    if (algorithm.scheme() != SignatureScheme.RSA_3072_PSS) {
      Verdict other = XmlSec1.verify(signed.toByteArray(), beside, SoftwareSigner.PKI.issuers());
      assertThat(other.accepted()).as(other.said()).isTrue();
    }
  }

  private ValidationOutcome outcome(Bytes signed, Bytes original, SignatureFormat format) {
    return format == SignatureFormat.XADES_DETACHED
        ? CHECK.detached(signed, original, now).getLast()
        : CHECK.last(signed, now);
  }

  private static Map<String, byte[]> beside(Bytes original, SignatureFormat format) {
    return format == SignatureFormat.XADES_DETACHED
        ? Map.of(BESIDE, original.toByteArray())
        : Map.of();
  }

  /**
   * Enveloped: nothing was taken away, and one piece came in; a root of one empty tag was opened.
   */
  private static void requireOriginal(Bytes original, Bytes signed, SignatureFormat format) {
    if (format != SignatureFormat.XADES_ENVELOPED) {
      return;
    }
    String before = new String(original.toByteArray(), StandardCharsets.ISO_8859_1);
    String after = new String(signed.toByteArray(), StandardCharsets.ISO_8859_1);
    int from = after.indexOf("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=");
    int to = after.lastIndexOf("</ds:Signature>") + "</ds:Signature>".length();
    String without = after.substring(0, from) + after.substring(to);
    boolean opened = without.length() != before.length();
    assertThat(opened ? without.replaceFirst("></[^<>]*>(\\s*)$", "/>$1") : without)
        .isEqualTo(before);
  }

  @Test
  void laterSignaturesLeaveEarlierOnesValid() throws Exception {
    Bytes once =
        signing.sign(
            Bytes.copyOf(Documents.invoice()),
            SignatureFormat.XADES_ENVELOPED,
            SignatureAlgorithm.RSA_3072_PSS_SHA512);
    Bytes twice = signing.sign(once, SignatureFormat.XADES_ENVELOPED, ECDSA);
    Bytes thrice = signing.sign(twice, SignatureFormat.XADES_ENVELOPED, ECDSA);

    assertThat(CHECK.all(thrice, now)).hasSize(3).allMatch(ValidationOutcome::passed);
    assertThat(ids(thrice)).hasSize(3).doesNotHaveDuplicates();
    Bytes within = signing.sign(thrice, SignatureFormat.XADES_ENVELOPING, ECDSA);
    assertThat(CHECK.last(within, now).passed()).isTrue();
    assertThat(
            CHECK
                .detached(signing.sign(thrice, SignatureFormat.XADES_DETACHED, ECDSA), thrice, now)
                .getLast()
                .passed())
        .isTrue();
  }

  private static List<String> ids(Bytes signed) {
    return Pattern.compile("<ds:Signature [^>]*Id=\"([^\"]*)\"")
        .matcher(new String(signed.toByteArray(), StandardCharsets.UTF_8))
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  @Test
  void anotherNodeInAnotherTimeZoneAndLanguagePreparesTheSame() throws Exception {
    Bytes original = Bytes.copyOf(Documents.invoice());
    TimeZone zone = TimeZone.getDefault();
    Locale language = Locale.getDefault();
    for (SignatureFormat format : XadesSigning.FORMATS) {
      PreparedDocument here = signing.prepare(original, format, ECDSA);
      try {
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
        Locale.setDefault(Locale.forLanguageTag("ar-SA-u-nu-arab"));
        PreparedDocument there =
            new XadesSigning(new SignatureDocuments(DocumentSettings.defaults()), now)
                .prepare(original, format, ECDSA);
        assertThat(there).isEqualTo(here);
      } finally {
        TimeZone.setDefault(zone);
        Locale.setDefault(language);
      }
    }
  }

  @Test
  void signaturesOfOneMomentHaveIdentifiersOfTheirOwn() throws Exception {
    List<String> ids = new ArrayList<>();
    for (SignatureFormat format : XadesSigning.FORMATS) {
      for (String text : List.of("<a>1</a>", "<a>2</a>")) {
        Bytes original = Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
        ids.addAll(ids(signing.sign(original, format, ECDSA)));
      }
    }

    assertThat(ids).hasSize(6).doesNotHaveDuplicates();
  }

  @Test
  void keepsLittleBetweenThePhases() throws Exception {
    for (SignatureFormat format : XadesSigning.FORMATS) {
      Bytes original = Bytes.copyOf(new byte[100_000]);
      if (format != SignatureFormat.XADES_ENVELOPED) {
        assertThat(signing.prepare(original, format, ECDSA).state().size()).isLessThan(8192);
      }
    }
    assertThat(
            signing
                .prepare(Bytes.copyOf(Documents.invoice()), SignatureFormat.XADES_ENVELOPED, ECDSA)
                .state()
                .size())
        .isLessThan(8192);
  }

  @Test
  void documentsAtTheBoundsAreSigned() throws Exception {
    String wide = "<root>" + "<a b='1'>x</a>".repeat(99_999) + "</root>";
    String large = "<root>" + "x".repeat((2 << 20) - 13) + "</root>";
    for (String text : List.of(wide, large)) {
      Bytes original = Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
      Bytes signed = signing.sign(original, SignatureFormat.XADES_ENVELOPED, ECDSA);
      Verdict verdict =
          XmlSec1.verify(signed.toByteArray(), Map.of(), SoftwareSigner.PKI.issuers());
      assertThat(verdict.accepted()).as(verdict.said()).isTrue();
    }
  }

  @Test
  void manyThreadsDoNotDisturbOneAnother() throws Exception {
    Bytes original = Bytes.copyOf(Documents.invoice());
    List<Future<Bytes>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 24; i++) {
        SignatureFormat format =
            i % 2 == 0 ? SignatureFormat.XADES_ENVELOPED : SignatureFormat.XADES_ENVELOPING;
        results.add(threads.submit(() -> signing.sign(original, format, ECDSA)));
      }
    }
    for (Future<Bytes> result : results) {
      assertThat(CHECK.last(result.get(), now).passed()).isTrue();
    }
  }
}
