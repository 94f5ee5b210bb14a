package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/**
 * The pinned Ed25519 key, whose private part comes of the secrets of both officers together: what
 * it has signed, both have agreed to (KEY-08).
 */
public final class OfficersKey {
  private static final String ED25519_PREFIX = "302a300506032b6570032100";

  private final String publicKey;

  /**
   * @param publicKey 32 bytes in hexadecimal, as {@link HsmSettings#transcriptPublicKey}
   */
  public OfficersKey(String publicKey) {
    this.publicKey = publicKey;
  }

  /**
   * Whether both officers have signed {@code message}.
   *
   * @param signature 64 bytes in hexadecimal, a line end after them is left out; not trusted
   */
  public boolean hasSigned(Bytes message, Bytes signature) {
    try {
      PublicKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePublic(
                  new X509EncodedKeySpec(HexFormat.of().parseHex(ED25519_PREFIX + publicKey)));
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(message.toByteArray());
      String hex = new String(signature.toByteArray(), StandardCharsets.US_ASCII).strip();
      return verifier.verify(HexFormat.of().parseHex(hex));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // not of the form of a signature, or of a key: nobody has signed
    }
  }
}
