package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** SIG-03, SIG-12. */
class XadesDocumentsTest {
  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());

  @Test
  void all() throws Exception {
    Bytes original = Bytes.copyOf(Documents.invoice());
    Instant now = Instant.now();
    for (SignatureFormat format : SignatureFormat.values()) {
      if (format == SignatureFormat.PADES) {
        continue;
      }
      for (SignatureAlgorithm algorithm : SignatureAlgorithm.values()) {
        SignatureForm form =
            new SignatureForm(format, SignatureLevel.B_B, "Ane's contract ñ +(1), a_b.xml");
        documents.check(original, format);
        PreparedDocument prepared =
            documents.prepare(original, form, SoftwareSigner.chain(algorithm), algorithm, now);
        Files.write(
            Path.of("/tmp/xmlsrc/f" + algorithm + ".xml"),
            XadesState.decode(prepared.state())
                .frame()
                .complete(original.toByteArray(), SoftwareSigner.sign(prepared.dtbs())));
        Bytes signed =
            documents.complete(
                original,
                prepared,
                form,
                SoftwareSigner.chain(algorithm),
                SoftwareSigner.sign(prepared.dtbs()));
        Files.write(Path.of("/tmp/xmlsrc/" + format + algorithm + ".xml"), signed.toByteArray());
        System.out.println(format + " " + algorithm + " " + prepared.state().size());
      }
    }
    assertThat(original.size()).isPositive();
  }
}
