package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.ByteBuffer;
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

  /** As the release before this one wrote it; a request may have been waiting meanwhile. */
  @Test
  void aStateOfTheFirstVersionIsCompletedAsBefore() {
    PreparedState state = PreparedState.decode(prepared.state());
    byte[] tail = state.original().deflatedTail().toByteArray();
    byte[] content =
        ByteBuffer.allocate(154 + tail.length)
            .put((byte) 1)
            .put((byte) 2) // RSA_3072_PSS_SHA256
            .putLong(state.signingTime().getEpochSecond())
            .put(state.certificateSha256().toByteArray())
            .put(state.dtbs().toByteArray())
            .put(state.original().originalSha256().toByteArray())
            .put(state.original().byteRangeDigest().toByteArray())
            .putInt(state.signaturesBefore())
            .putInt(state.original().originalLength())
            .putInt(state.original().tailLength())
            .putInt(state.original().contentsOffset())
            .put(tail)
            .array();
    Bytes first =
        Bytes.copyOf(
            ByteBuffer.allocate(content.length + 32)
                .put(content)
                .put(Bytes.sha256(content))
                .array());

    assertThat(PreparedState.decode(first)).isEqualTo(state);
    assertThat(complete(first)).isEqualTo(complete(prepared.state()));
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
