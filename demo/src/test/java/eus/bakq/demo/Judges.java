package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.judge.DssJudge;
import eus.bakq.demo.judge.DssJudge.DssVerdict;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.fixtures.judge.EmbeddedTimeStamp;
import eus.bakq.fixtures.judge.JdkXmlSignature;
import eus.bakq.fixtures.judge.PdfCms;
import eus.bakq.fixtures.judge.PdfRevisions;
import eus.bakq.fixtures.judge.PdfRevisions.Addition;
import eus.bakq.fixtures.judge.Pdfsig;
import eus.bakq.fixtures.judge.UnexpectedRevisionException;
import eus.bakq.fixtures.judge.Verdict;
import eus.bakq.fixtures.judge.XmlSec1;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All judges from outside together. They trust the authority that made the citizens' certificates
 * and the root of the time-stamping authority; the status of certificates they fetch themselves.
 */
final class Judges {
  private final X509Certificate authority;
  private final List<X509Certificate> stamps;
  private final DssJudge dss;

  Judges(X509Certificate authority) {
    this.authority = authority;
    this.stamps = List.of(TimeStampAuthority.shared().root());
    this.dss = DssJudge.trusting(List.of(authority, TimeStampAuthority.shared().root()));
  }

  /** DSS alone, of what holds all that is signed. */
  DssVerdict dss(byte[] signed) {
    return dss.judge(signed);
  }

  /** Demands that each accepts the PDF, at {@code level}; returns the signer's certificate. */
  X509Certificate acceptPdf(byte[] signed, SignatureLevel level)
      throws UnexpectedRevisionException {
    Pdfsig pdfsig = Pdfsig.judge(signed);
    boolean archived = level == SignatureLevel.SIGNATURE_LEVEL_B_LTA;
    assertThat(pdfsig.signatures()).as(pdfsig.said()).hasSize(archived ? 2 : 1);
    assertThat(pdfsig.signatures().getFirst().valid()).as(pdfsig.said()).isTrue();
    assertThat(pdfsig.signatures().getFirst().totalDocumentSigned())
        .as(pdfsig.said())
        .isEqualTo(additions(level).isEmpty());
    assertThat(PdfRevisions.afterLastSignature(signed)).isEqualTo(additions(level));
    assertAccepted(PdfCms.verify(signed, List.of(authority)));
    assertStamps(EmbeddedTimeStamp.inPdf(signed), level);
    return assertPassed(dss.judge(signed), "PAdES-BASELINE-" + shortName(level));
  }

  /**
   * Demands that each that knows the algorithm accepts the XML; returns the signer's certificate.
   *
   * @param beside what a detached signature names; empty for the others
   * @param pss xmlsec1 does not know it
   */
  X509Certificate acceptXml(
      byte[] signed,
      Map<String, byte[]> beside,
      SignatureFormat format,
      SignatureLevel level,
      boolean pss) {
    List<X509Certificate> anchors = List.of(authority);
    if (!pss) {
      assertAccepted(XmlSec1.verify(signed, beside, anchors));
    }
    assertAccepted(JdkXmlSignature.verify(signed, beside, anchors));
    assertStamps(EmbeddedTimeStamp.inXml(signed), level);
    DssVerdict verdict =
        beside.isEmpty()
            ? dss.judge(signed)
            : dss.judge(
                signed, beside.keySet().iterator().next(), beside.values().iterator().next());
    assertThat(beside.isEmpty())
        .isEqualTo(format != SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED);
    return assertPassed(verdict, "XAdES-BASELINE-" + shortName(level));
  }

  private static X509Certificate assertPassed(DssVerdict verdict, String form) {
    assertThat(verdict.indication()).as(verdict.toString()).isEqualTo("TOTAL_PASSED");
    assertThat(verdict.form()).isEqualTo(form);
    return verdict.signer();
  }

  private void assertStamps(List<EmbeddedTimeStamp> found, SignatureLevel level) {
    assertThat(found)
        .extracting(EmbeddedTimeStamp::kind)
        .isEqualTo(
            switch (level) {
              case SIGNATURE_LEVEL_B_T, SIGNATURE_LEVEL_B_LT ->
                  List.of(EmbeddedTimeStamp.Kind.SIGNATURE);
              case SIGNATURE_LEVEL_B_LTA ->
                  List.of(EmbeddedTimeStamp.Kind.SIGNATURE, EmbeddedTimeStamp.Kind.ARCHIVE);
              case SIGNATURE_LEVEL_UNSPECIFIED, SIGNATURE_LEVEL_B_B, UNRECOGNIZED -> List.of();
            });
    for (EmbeddedTimeStamp stamp : found) {
      assertAccepted(stamp.verify(stamps));
    }
  }

  /** What the level puts behind the signature of a PDF. */
  private static List<Set<Addition>> additions(SignatureLevel level) {
    return switch (level) {
      case SIGNATURE_LEVEL_B_LT -> List.of(Set.of(Addition.VALIDATION_DATA));
      case SIGNATURE_LEVEL_B_LTA ->
          List.of(Set.of(Addition.VALIDATION_DATA), Set.of(Addition.TIME_STAMP));
      case SIGNATURE_LEVEL_UNSPECIFIED, SIGNATURE_LEVEL_B_B, SIGNATURE_LEVEL_B_T, UNRECOGNIZED ->
          List.of();
    };
  }

  private static String shortName(SignatureLevel level) {
    return level.name().substring("SIGNATURE_LEVEL_B_".length());
  }

  static void assertAccepted(Verdict verdict) {
    assertThat(verdict.accepted()).as(verdict.said()).isTrue();
  }
}
