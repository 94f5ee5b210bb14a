package eus.bakq.server.signing;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignatureRequestId;

/**
 * The short code that sede, page and SMS show alike. Made by the HSM after freezing, from what was
 * frozen and a nonce that the sede does not choose, so that it cannot be ground
 * (docs/sole-control.md section 4). 8 letters of 32: 40 bits.
 */
final class ReferenceCodes {
  private static final String ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

  private final InfrastructureKeys keys;

  ReferenceCodes(InfrastructureKeys keys) {
    this.keys = keys;
  }

  String of(SignatureRequest request) {
    return of(request.id(), request.referenceNonce(), request.frozenSet());
  }

  private String of(SignatureRequestId request, Bytes nonce, Bytes frozenSet) {
    byte[] mac =
        keys.mac(
            MacKey.REFERENCE,
            Encoding.of("bakq/reference/v1")
                .id(request.value())
                .bytes(nonce)
                .bytes(frozenSet)
                .toByteArray());
    StringBuilder code = new StringBuilder(9);
    for (int i = 0; i < 8; i++) {
      if (i == 4) {
        code.append('-');
      }
      code.append(ALPHABET.charAt(mac[i] & 31));
    }
    return code.toString();
  }
}
