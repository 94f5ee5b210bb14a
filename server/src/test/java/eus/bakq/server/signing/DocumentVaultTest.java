package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** PRV-04: a part opens in its own place only. */
class DocumentVaultTest {
  private static final Bytes PART = Bytes.copyOf("part".getBytes(StandardCharsets.UTF_8));

  private final DocumentVault vault =
      new DocumentVault(new SoftwareInfrastructureKeys(), new SecureRandom());
  private final DocumentVault.Box box = vault.box(new SignatureRequestId(new UUID(1, 1)));

  @Test
  void opensWhatItClosed() {
    byte[] closed = box.close(3, DocumentVault.Role.ORIGINAL, PART);

    assertThat(new String(closed, StandardCharsets.ISO_8859_1)).doesNotContain("part");
    assertThat(
            vault
                .box(new SignatureRequestId(new UUID(1, 1)))
                .open(3, DocumentVault.Role.ORIGINAL, closed))
        .isEqualTo(PART);
  }

  @Test
  void doesNotOpenInAnotherPlaceRoleOrRequest() {
    byte[] closed = box.close(3, DocumentVault.Role.ORIGINAL, PART);

    assertThatThrownBy(() -> box.open(2, DocumentVault.Role.ORIGINAL, closed))
        .isInstanceOf(AlteredRowException.class);
    assertThatThrownBy(() -> box.open(3, DocumentVault.Role.SIGNED, closed))
        .isInstanceOf(AlteredRowException.class);
    assertThatThrownBy(
            () ->
                vault
                    .box(new SignatureRequestId(new UUID(1, 2)))
                    .open(3, DocumentVault.Role.ORIGINAL, closed))
        .isInstanceOf(AlteredRowException.class);
  }

  @Test
  void doesNotOpenWhatWasAlteredOrCut() {
    byte[] altered = box.close(0, DocumentVault.Role.VALUE, PART);
    altered[altered.length - 1] ^= 1;

    assertThatThrownBy(() -> box.open(0, DocumentVault.Role.VALUE, altered))
        .isInstanceOf(AlteredRowException.class);
    assertThatThrownBy(() -> box.open(0, DocumentVault.Role.VALUE, new byte[5]))
        .isInstanceOf(AlteredRowException.class);
  }
}
