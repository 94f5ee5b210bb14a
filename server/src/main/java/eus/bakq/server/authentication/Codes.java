package eus.bakq.server.authentication;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/**
 * Codes and temporary passwords. They are stored nowhere: computed from an HSM key when sent, and
 * again when checked (docs/sole-control.md section 4). Safe for several threads.
 */
final class Codes {
  /** Without i, l and o, and the digits without 0 and 1: what people read out and type. */
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz";

  private static final String DIGITS = "23456789";

  /** Of each: 37 bits together, of which three may be tried within ten minutes. */
  private static final int TEMPORARY_HALF = 5;

  private final InfrastructureKeys keys;
  private final int digits;

  Codes(InfrastructureKeys keys, AuthenticationSettings settings) {
    this.keys = keys;
    this.digits = settings.codeDigits();
  }

  /**
   * The code for exactly this challenge, in ASCII digits: bound to purpose, interaction, signer and
   * all that is frozen (OTP-07, OTP-09).
   *
   * @param signer stands in for nobody, when the password was wrong: such a code is computed too,
   *     and fits nothing
   */
  SecretBytes code(Interaction interaction, Challenge challenge, UUID signer) {
    byte[] input =
        Encoding.of("bakq/code/v1")
            .text(interaction.purpose().name())
            .id(interaction.id().value())
            .id(interaction.subject())
            .id(challenge.id().value())
            .bytes(challenge.nonce())
            .id(signer)
            .bytes(challenge.frozenSet())
            .toByteArray();
    return draw(input, "0123456789", digits);
  }

  /**
   * A temporary password for one interaction of an activation, five letters, then five digits, in
   * ASCII (ENR-10).
   */
  SecretBytes temporaryPassword(
      InteractionId interaction, ChallengeId challenge, Bytes nonce, SignerId signer) {
    byte[] input =
        Encoding.of("bakq/temporary-password/v1")
            .id(interaction.value())
            .id(challenge.value())
            .bytes(nonce)
            .id(signer.value())
            .toByteArray();
    try (SecretBytes letters = draw(part(input, "letters"), LETTERS, TEMPORARY_HALF);
        SecretBytes digitsAfter = draw(part(input, "digits"), DIGITS, TEMPORARY_HALF)) {
      return SecretBytes.takeOver(
          letters.use(
              a ->
                  digitsAfter.use(
                      b -> ByteBuffer.allocate(a.length + b.length).put(a).put(b).array())));
    }
  }

  private static byte[] part(byte[] input, String name) {
    return Encoding.of("bakq/part/v1").bytes(input).text(name).toByteArray();
  }

  /**
   * Draws letters without bias (OTP-01): bytes of the HMAC that would favour some letters are
   * passed over, and the HMAC is extended by a counter when its bytes are used up.
   */
  private SecretBytes draw(byte[] input, String alphabet, int length) {
    int fair = 256 - 256 % alphabet.length();
    byte[] drawn = new byte[length];
    int filled = 0;
    for (int block = 0; filled < length; block++) {
      byte[] mac =
          keys.mac(
              MacKey.OTP, ByteBuffer.allocate(input.length + 4).put(input).putInt(block).array());
      for (int i = 0; i < mac.length && filled < length; i++) {
        int value = mac[i] & 0xff;
        if (value < fair) {
          drawn[filled++] = (byte) alphabet.charAt(value % alphabet.length());
        }
      }
      Arrays.fill(mac, (byte) 0);
    }
    return SecretBytes.takeOver(drawn);
  }
}
