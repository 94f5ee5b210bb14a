package eus.bakq.server.document;

import static eus.bakq.server.document.XadesSigning.ECDSA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureFormat;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class XadesStateTest {
  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());
  private final XadesSigning signing = new XadesSigning(documents, Instant.now());

  @Test
  void readsBackWhatItWrote() throws Exception {
    for (SignatureFormat format : XadesSigning.FORMATS) {
      Bytes encoded = signing.prepare(Bytes.copyOf(Documents.invoice()), format, ECDSA).state();

      assertThat(XadesState.decode(encoded).encode()).isEqualTo(encoded);
    }
  }

  @Test
  void refusesEachDamagedOrShortenedState() throws Exception {
    byte[] encoded =
        signing
            .prepare(Bytes.copyOf(new byte[] {1}), SignatureFormat.XADES_DETACHED, ECDSA)
            .state()
            .toByteArray();
    for (int i = 0; i < encoded.length; i++) {
      byte[] damaged = encoded.clone();
      damaged[i] ^= 1;
      requireRefused(damaged);
      requireRefused(Arrays.copyOf(encoded, i));
    }
    requireRefused(Arrays.copyOf(encoded, encoded.length + 1));
  }

  @Test
  void isNotMistakenForThatOfAPdf() throws Exception {
    PreparedDocument xml =
        signing.prepare(Bytes.copyOf(Documents.invoice()), SignatureFormat.XADES_ENVELOPED, ECDSA);

    assertThatThrownBy(() -> PreparedState.decode(xml.state()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Property
  void refusesOtherBytes(@ForAll @Size(max = 200) List<Byte> bytes) {
    byte[] content = new byte[bytes.size()];
    for (int i = 0; i < content.length; i++) {
      content[i] = bytes.get(i);
    }
    requireRefused(content);
  }

  private static void requireRefused(byte[] encoded) {
    assertThatThrownBy(() -> XadesState.decode(Bytes.copyOf(encoded)))
        .isInstanceOf(IllegalStateException.class);
  }
}
