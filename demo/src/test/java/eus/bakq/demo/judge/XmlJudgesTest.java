package eus.bakq.demo.judge;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.fixtures.judge.EmbeddedTimeStamp;
import eus.bakq.fixtures.judge.JdkXmlSignature;
import eus.bakq.fixtures.judge.Verdict;
import eus.bakq.fixtures.judge.XmlSec1;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The judges of XML: they accept what plain DSS signed, and nothing that was altered. */
class XmlJudgesTest {
  private static final String NAME = "factura.xml";
  private static final DssSigner SIGNER = new DssSigner(TimeStampAuthority.shared());

  @ParameterizedTest
  @EnumSource(names = {"ENVELOPED", "ENVELOPING", "DETACHED"})
  void acceptWhatWasSignedAndNothingElse(SignaturePackaging packaging) {
    byte[] signed =
        SIGNER.xades(Documents.invoice(), NAME, SignatureLevel.XAdES_BASELINE_LTA, packaging);
    Map<String, byte[]> beside =
        packaging == SignaturePackaging.DETACHED ? Map.of(NAME, Documents.invoice()) : Map.of();

    assertAccepted(signed, beside);
    assertRefused(altered(signed, "<xades:SigningTime>2", "<xades:SigningTime>3"), beside);
    assertRefused(altered(signed, "</ds:SignatureValue>", "AAAA</ds:SignatureValue>"), beside);
    if (packaging == SignaturePackaging.DETACHED) {
      assertRefused(signed, Map.of(NAME, "another".getBytes(StandardCharsets.UTF_8)));
      assertRefused(signed, Map.of());
    }
    if (packaging == SignaturePackaging.ENVELOPED) {
      assertRefused(altered(signed, "</InvoiceNumber>", "0</InvoiceNumber>"), beside);
    }
    List<X509Certificate> others = List.of(Pki.create("others").authority().certificate());
    assertThat(JdkXmlSignature.verify(signed, beside, others).accepted()).isFalse();
    assertThat(XmlSec1.verify(signed, beside, others).accepted()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"ENVELOPED", "ENVELOPING", "DETACHED"})
  void openSslAcceptsBothTimeStamps(SignaturePackaging packaging) {
    byte[] signed =
        SIGNER.xades(Documents.invoice(), NAME, SignatureLevel.XAdES_BASELINE_LTA, packaging);

    List<EmbeddedTimeStamp> stamps = EmbeddedTimeStamp.inXml(signed);

    assertThat(stamps)
        .extracting(EmbeddedTimeStamp::kind)
        .containsExactly(EmbeddedTimeStamp.Kind.SIGNATURE, EmbeddedTimeStamp.Kind.ARCHIVE);
    for (EmbeddedTimeStamp stamp : stamps) {
      Verdict verdict = stamp.verify(List.of(TimeStampAuthority.shared().root()));
      assertThat(verdict.accepted()).as(verdict.said()).isTrue();
      assertThat(stamp.verify(List.of(SIGNER.authority())).accepted()).isFalse();
    }
  }

  private static void assertAccepted(byte[] signed, Map<String, byte[]> beside) {
    for (Verdict verdict : verdicts(signed, beside)) {
      assertThat(verdict.accepted()).as(verdict.said()).isTrue();
    }
  }

  private static void assertRefused(byte[] signed, Map<String, byte[]> beside) {
    for (Verdict verdict : verdicts(signed, beside)) {
      assertThat(verdict.accepted()).as(verdict.said()).isFalse();
    }
  }

  private static List<Verdict> verdicts(byte[] signed, Map<String, byte[]> beside) {
    List<X509Certificate> anchors = List.of(SIGNER.authority());
    return List.of(
        XmlSec1.verify(signed, beside, anchors), JdkXmlSignature.verify(signed, beside, anchors));
  }

  private static byte[] altered(byte[] signed, String from, String to) {
    String text = new String(signed, StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    return text.replaceFirst(from, to).getBytes(StandardCharsets.UTF_8);
  }
}
