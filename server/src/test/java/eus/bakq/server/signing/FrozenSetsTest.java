package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FrozenSetsTest {
  private static final SignatureRequestId ID = new SignatureRequestId(new UUID(1, 2));
  private static final CallerName SEDE = new CallerName("sede");
  private static final RequestDocuments.Shown DOCUMENT =
      new RequestDocuments.Shown("label", Bytes.copyOf(new byte[32]), 7);

  @Test
  void hashesWithSha256AsTheReleaseBeforeDid() {
    Bytes before =
        Encoding.of("bakq/frozen-set/v1")
            .id(ID.value())
            .text("sede")
            .text("PADES")
            .text("B_B")
            .number(1)
            .text("label")
            .bytes(new byte[32])
            .toBytes()
            .sha256();
    assertThat(set(DigestAlgorithm.SHA256)).isEqualTo(before);
  }

  /** OTP-07. */
  @Test
  void coversTheHashThatWasAskedFor() {
    assertThat(Arrays.stream(DigestAlgorithm.values()).map(FrozenSetsTest::set).distinct())
        .hasSize(DigestAlgorithm.values().length);
  }

  private static Bytes set(DigestAlgorithm digest) {
    return FrozenSets.ofRequest(
        ID, SEDE, SignatureFormat.PADES, SignatureLevel.B_B, digest, List.of(DOCUMENT));
  }
}
