package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreparedStateTest {
  private static final SignatureAlgorithm PSS = SignatureAlgorithm.RSA_3072_PSS_SHA256;
  private static final SignatureForm FORM =
      new SignatureForm(SignatureFormat.PADES, SignatureLevel.B_B, "document.pdf");
  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());
  private final Bytes original = Bytes.copyOf(Documents.pdfA2a());
  private PreparedDocument prepared;
  private SignatureValue value;

  @BeforeEach
  void prepare() throws Exception {
    prepared = documents.prepare(original, FORM, SoftwareSigner.chain(PSS), PSS, Instant.now());
    value = SoftwareSigner.sign(prepared.dtbs());
  }

  @Test
  void survivesItsEncoding() {
    PreparedState state = PreparedState.decode(prepared.state());

    assertThat(state.encode()).isEqualTo(prepared.state());
    assertThat(state.algorithm()).isEqualTo(PSS);
    assertThat(state.dtbs()).isEqualTo(prepared.dtbs().digest());
    assertThat(state.original().originalSha256()).isEqualTo(original.sha256());
    assertThat(PreparedState.decode(state.encode())).isEqualTo(state);
  }

  @Test
  void isRefusedAtAnyOtherLength() {
    byte[] state = prepared.state().toByteArray();
    for (int length = 0; length < state.length; length++) {
      Bytes cut = Bytes.copyOf(Arrays.copyOf(state, length));
      assertThatThrownBy(() -> complete(cut))
          .as("cut to " + length)
          .isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> complete(Bytes.copyOf(new byte[8 << 20])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("too short or too long");
  }

  @Test
  void isRefusedWhereverAByteIsChanged() {
    byte[] state = prepared.state().toByteArray();
    for (int i = 0; i < state.length; i++) {
      byte[] changed = state.clone();
      changed[i] ^= 0x41;
      Bytes damaged = Bytes.copyOf(changed);
      assertThatThrownBy(() -> complete(damaged))
          .as("byte " + i)
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private Bytes complete(Bytes state) {
    return documents.complete(
        original,
        new PreparedDocument(state, prepared.dtbs()),
        FORM,
        SoftwareSigner.chain(PSS),
        value);
  }
}
