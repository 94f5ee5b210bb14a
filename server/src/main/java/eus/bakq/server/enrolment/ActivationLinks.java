package eus.bakq.server.enrolment;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The links that open activations (ENR-08). A link's token is the activation's id and an HMAC of
 * the record token over id, nonce and signer, in base64url: 64 characters. It is stored nowhere,
 * computed when sent and again when it comes back; so who reads the database cannot open an
 * activation.
 *
 * <p>Safe for several threads.
 */
public final class ActivationLinks {
  /** The characters of a token. */
  public static final int TOKEN_SIZE = 64;

  private static final int ID_SIZE = 16;
  private static final int MAC_SIZE = 32;
  private static final SignerId NOBODY = new SignerId(new UUID(0, 0));
  private static final Bytes NO_NONCE = Bytes.copyOf(new byte[Activation.NONCE_SIZE]);

  private final InfrastructureKeys keys;
  private final URI page;

  public ActivationLinks(InfrastructureKeys keys, EnrolmentSettings settings) {
    this.keys = Objects.requireNonNull(keys);
    this.page = settings.activationPage();
  }

  /**
   * The whole link: secret, so only for the message that carries it. The token stands after {@code
   * #}, which browsers send to nobody.
   */
  String link(Activation activation) {
    byte[] token =
        ByteBuffer.allocate(ID_SIZE + MAC_SIZE)
            .putLong(activation.id().value().getMostSignificantBits())
            .putLong(activation.id().value().getLeastSignificantBits())
            .put(mac(activation.id(), activation.nonce(), activation.signer()))
            .array();
    return page + "#" + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /**
   * The activation that a token names, which proves nothing yet; empty if it is no token at all.
   *
   * @param token in ASCII; not closed here
   */
  static Optional<ActivationId> unverifiedId(SecretBytes token) {
    return token
        .use(ActivationLinks::decoded)
        .map(ByteBuffer::wrap)
        .map(bytes -> new ActivationId(new UUID(bytes.getLong(), bytes.getLong())));
  }

  /**
   * Whether {@code token} is the one of {@code activation}. Takes the same time whether there is
   * such an activation or not, and wherever the token differs.
   */
  boolean opens(SecretBytes token, ActivationId id, Optional<Activation> activation) {
    byte[] expected =
        mac(
            id,
            activation.map(Activation::nonce).orElse(NO_NONCE),
            activation.map(Activation::signer).orElse(NOBODY));
    byte[] given =
        token
            .use(ActivationLinks::decoded)
            .map(bytes -> Arrays.copyOfRange(bytes, ID_SIZE, bytes.length))
            .orElseGet(() -> new byte[0]);
    return MessageDigest.isEqual(expected, given) && activation.isPresent();
  }

  private byte[] mac(ActivationId id, Bytes nonce, SignerId signer) {
    return keys.mac(
        MacKey.OTP,
        Encoding.of("bakq/activation-link/v1")
            .id(id.value())
            .bytes(nonce)
            .id(signer.value())
            .toByteArray());
  }

  private static Optional<byte[]> decoded(byte[] token) {
    if (token.length != TOKEN_SIZE) {
      return Optional.empty();
    }
    try {
      return Optional.of(Base64.getUrlDecoder().decode(token));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
