package eus.bakq.demo.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.fixtures.judge.PdfRevisions;
import eus.bakq.fixtures.judge.PdfRevisions.Addition;
import eus.bakq.fixtures.judge.UnexpectedRevisionException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationText;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The closed list of what may stand behind a signature, and those who would add something. */
class PdfRevisionsTest {
  private static final Set<Addition> DATA = Set.of(Addition.VALIDATION_DATA);
  private static final Set<Addition> STAMP = Set.of(Addition.TIME_STAMP);

  private static DssSigner signer;

  /** Of a document with a cross-reference table. */
  private static byte[] archived;

  @BeforeAll
  static void sign() {
    signer = new DssSigner(TimeStampAuthority.shared());
    archived = signer.pades(Documents.paper(), SignatureLevel.PAdES_BASELINE_LTA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"paper", "form", "PDF/A-1b", "PDF/A-2a"})
  void findsWhatTheLevelsAdd(String name) throws Exception {
    byte[] original = Documents.pdfs().get(name);

    byte[] stamped = signer.pades(original, SignatureLevel.PAdES_BASELINE_T);
    assertThat(PdfRevisions.afterLastSignature(stamped)).isEmpty();
    byte[] lasting = signer.pades(original, SignatureLevel.PAdES_BASELINE_LT);
    assertThat(PdfRevisions.afterLastSignature(lasting)).containsExactly(DATA);
    byte[] kept = signer.extend(lasting);
    assertThat(PdfRevisions.afterLastSignature(kept)).endsWith(STAMP).startsWith(DATA);
    assertThat(PdfRevisions.afterLastSignature(signer.extend(kept)))
        .startsWith(DATA)
        .contains(STAMP)
        .hasSizeGreaterThan(2);
  }

  @Test
  void refusesAnnotationsPagesAndActionsThatPdfBoxAdds() throws Exception {
    byte[] annotated =
        changed(
            document -> {
              PDAnnotationText note = new PDAnnotationText();
              note.setContents("not what was signed");
              note.setRectangle(new PDRectangle(100, 100, 200, 200));
              PDPage page = document.getPage(0);
              page.getAnnotations().add(note);
              page.getCOSObject().setNeedToBeUpdated(true);
              note.getCOSObject().setNeedToBeUpdated(true);
            });
    assertRefused(annotated, "neither validation data nor a time stamp");

    byte[] painted =
        changed(
            document -> {
              PDPage page = document.getPage(0);
              try (PDPageContentStream content =
                  new PDPageContentStream(
                      document, page, PDPageContentStream.AppendMode.APPEND, true)) {
                content.addRect(0, 0, 300, 300);
                content.fill();
              }
              page.getCOSObject().setNeedToBeUpdated(true);
            });
    assertRefused(painted, "neither validation data nor a time stamp");

    byte[] withAnotherPage =
        changed(
            document -> {
              document.addPage(new PDPage());
              document.getPages().getCOSObject().setNeedToBeUpdated(true);
            });
    assertRefused(withAnotherPage, "neither validation data nor a time stamp");

    byte[] acting =
        changed(
            document -> {
              document.getDocumentCatalog().setOpenAction(null);
              document.getDocumentCatalog().setLanguage("eu");
              document.getDocumentCatalog().getCOSObject().setNeedToBeUpdated(true);
            });
    assertRefused(acting, "the catalog changed");
  }

  @Test
  void refusesContentOfASignedPageUnderItsOldNumber() throws Exception {
    PdfForger forger = new PdfForger(archived);
    int contents = 3; // of the first page of tracemonkey.pdf

    assertRefused(
        forger.define(contents, "<</Length 3>>\nstream\nq Q\nendstream").forged(),
        "object 3 0 R is neither validation data nor a time stamp");
  }

  @Test
  void refusesSomethingElseAmongTheValidationData() throws Exception {
    PdfForger forger = new PdfForger(archived);
    int data = forger.find("/Certs [");
    int added = forger.unused();
    String more = forger.body(data).replace("/Certs [", "/Certs [" + added + " 0 R ");

    assertRefused(
        forger.define(data, more).define(added, "<</Length 3>>\nstream\nq Q\nendstream").forged(),
        "in /Certs is something else");
    assertRefused(
        new PdfForger(archived)
            .define(data, forger.body(data).replace("/Certs [", "/Font 1 0 R/Certs ["))
            .forged(),
        "/DSS has something strange");
    assertRefused(
        new PdfForger(archived)
            .define(data, forger.body(data).replaceFirst("/CRLs \\[[^]]*]", ""))
            .forged(),
        "some of the validation data are gone");
  }

  @Test
  void refusesFieldsThatShowSomethingOrStampSomethingElse() throws Exception {
    PdfForger forger = new PdfForger(archived);
    int catalog = forger.find("/Type /Catalog");
    int added = forger.unused();
    String field = forger.body(forger.find("/T (Signature2)"));
    String withField =
        forger.body(catalog).replaceFirst("(/Fields \\[[^]]*)]", "$1 " + added + " 0 R]");
    assertRefused(
        new PdfForger(archived)
            .define(catalog, withField)
            .define(added, field.replaceFirst("/Rect \\[[^]]*]", "/Rect [0 0 200 100]"))
            .forged(),
        "another /Rect in the field or its stamp");
    assertRefused(
        new PdfForger(archived)
            .define(catalog, withField)
            .define(added, field.replace("/FT /Sig", "/FT /Tx"))
            .forged(),
        "another /FT in the field or its stamp");
    assertRefused(
        new PdfForger(archived).define(catalog, withField).define(added, field).forged(),
        "a stamp without contents");

    int stamp = new PdfForger(archived).find("/Type /DocTimeStamp");
    assertRefused(
        new PdfForger(archived)
            .define(stamp, new PdfForger(archived).body(stamp).replace("DocTimeStamp", "Sig"))
            .forged(),
        "object " + stamp + " 0 R is neither");
    byte[] otherBytes = archived.clone();
    int id = lastIndexOf(otherBytes, "/ID [<") + "/ID [<".length() + 40;
    otherBytes[id] = (byte) (otherBytes[id] == 'A' ? 'B' : 'A');
    assertRefused(otherBytes, "a stamp of something else");
  }

  @Test
  void refusesWhatIsNotListedOrNotReached() throws Exception {
    PdfForger forger = new PdfForger(archived);
    int catalog = forger.find("/Type /Catalog");
    String same = forger.body(catalog);

    assertRefused(new PdfForger(archived).define(catalog, same).forged(), "adds nothing");
    assertRefused(
        new PdfForger(archived)
            .hide("9999 0 obj\n(hidden)\nendobj\n")
            .define(catalog, same)
            .forged(),
        "does not list what is there");
    assertRefused(
        new PdfForger(archived).hide("% hidden\n").define(catalog, same).forged(), "no number");
    assertRefused(
        new PdfForger(archived).define(forger.unused(), "(unreached)").forged(),
        "neither validation data nor a time stamp");
    assertRefused(
        new PdfForger(archived)
            .define(catalog, same)
            .trailer(trailer -> trailer.replaceFirst("/Prev [0-9]+", "/Prev 5"))
            .forged(),
        "/Prev leads elsewhere");
    assertRefused(
        new PdfForger(archived)
            .define(catalog, same)
            .trailer(trailer -> trailer.replaceFirst("/Info [0-9]+", "/Info 1"))
            .forged(),
        "another /Info");
    assertRefused(
        new PdfForger(archived)
            .define(catalog, same)
            .trailer(trailer -> trailer.replace("/Prev", "/XRefStm 5/Prev"))
            .forged(),
        "the trailer has something strange");
  }

  @Test
  void refusesBytesBehindTheEnd() throws Exception {
    for (String more : List.of("x", "%comment\n", "\n\n", "1 0 obj")) {
      assertRefused(concatenated(archived, more.getBytes(StandardCharsets.US_ASCII)), "offset");
    }
    assertRefused(Arrays.copyOf(archived, archived.length - 6), "offset");
  }

  @Test
  void refusesWhatHasNoSignature() {
    assertRefused(Documents.paper(), "no signature");
    assertRefused(new byte[100], "no PDF that can be read");
  }

  @Test
  void refusesEachByteThatTheStampCoversWhenItIsAltered() throws Exception {
    byte[] lasting = signer.pades(Documents.pdfA1b(), SignatureLevel.PAdES_BASELINE_LTA);
    String text = new String(lasting, StandardCharsets.ISO_8859_1);
    int stamp = text.lastIndexOf("/Type /DocTimeStamp");
    int gap = text.indexOf("/Contents <", stamp) + "/Contents ".length();
    int begin = text.lastIndexOf("%%EOF", stamp) + "%%EOF\n".length();
    assertThat(outcome(lasting)).containsExactly(DATA, STAMP);
    for (int at = begin; at < lasting.length; at += 13) {
      if (at >= gap && at < text.indexOf('>', gap)) {
        at = text.indexOf('>', gap);
      }
      byte[] altered = lasting.clone();
      altered[at] ^= 1;
      assertThat(outcome(altered)).as("offset %d", at).isNotEqualTo(List.of(DATA, STAMP));
    }
  }

  @Test
  void dssAcceptsTheSame() {
    DssJudge judge =
        DssJudge.trusting(List.of(signer.authority(), TimeStampAuthority.shared().root()));

    assertThat(judge.judge(archived).form()).isEqualTo("PAdES-BASELINE-LTA");
    assertThat(judge.judge(archived).indication()).isEqualTo("TOTAL_PASSED");
  }

  private interface Change {
    void in(PDDocument document) throws Exception;
  }

  private static byte[] changed(Change change) throws Exception {
    try (PDDocument document = Loader.loadPDF(archived)) {
      change.in(document);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.saveIncremental(out);
      return out.toByteArray();
    }
  }

  /**
   * Empty too if an altered stamp counts as somebody's signature, behind which there is nothing.
   */
  private static List<Set<Addition>> outcome(byte[] pdf) {
    try {
      return PdfRevisions.afterLastSignature(pdf);
    } catch (UnexpectedRevisionException e) {
      assertThat(e).hasMessageMatching(".+");
      return List.of();
    }
  }

  private static void assertRefused(byte[] pdf, String why) {
    assertThatThrownBy(() -> PdfRevisions.afterLastSignature(pdf))
        .isInstanceOf(UnexpectedRevisionException.class)
        .hasMessageContaining(why);
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static int lastIndexOf(byte[] file, String text) {
    return new String(file, StandardCharsets.ISO_8859_1).lastIndexOf(text);
  }
}
