package eus.bakq.server.authentication;

import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.InteractionId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.EllipticCurve;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The P-256 key that a citizen's program makes for one interaction. Tickets are bound to it. */
final class ProgramKey {
  private static final Duration PROOF_TOLERANCE = Duration.ofMinutes(5);

  /** Later than any clock shows, so that nothing overflows. */
  private static final long LAST_SECOND = 1L << 40;

  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  /** Where the point begins; some providers read its other form of the same length, too. */
  private static final int FORM_OF_POINT = 26;

  private static final byte UNCOMPRESSED = 4;

  private final Bytes encoded;
  private final PublicKey key;

  private ProgramKey(Bytes encoded, PublicKey key) {
    this.encoded = encoded;
    this.key = key;
  }

  /**
   * Reads a SubjectPublicKeyInfo; the key must be a point of P-256, in its one encoding of 91
   * bytes.
   */
  static ProgramKey parse(Bytes encoded) {
    byte[] bytes = encoded.toByteArray();
    if (bytes.length == 91 && bytes[FORM_OF_POINT] == UNCOMPRESSED) {
      try {
        PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(bytes));
        if (key instanceof ECPublicKey ec
            && ec.getParams().getOrder().equals(P256_ORDER)
            && isOnCurve(ec)) {
          return new ProgramKey(encoded, key);
        }
      } catch (GeneralSecurityException e) {
        throw malformed(e);
      }
    }
    throw malformed(null);
  }

  /**
   * The platform reads points that are on no curve, and fails when it is asked to verify with one:
   * each later step would be a fault of ours.
   */
  private static boolean isOnCurve(ECPublicKey key) {
    EllipticCurve curve = key.getParams().getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger x = key.getW().getAffineX();
    BigInteger y = key.getW().getAffineY();
    return x.compareTo(p) < 0
        && y.compareTo(p) < 0
        && y.multiply(y)
            .mod(p)
            .equals(x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p));
  }

  private static MalformedException malformed(Throwable cause) {
    MalformedException malformed =
        new MalformedException(
            "program_key", "a P-256 public key as SubjectPublicKeyInfo in DER, 91 bytes");
    if (cause != null) {
      malformed.initCause(cause);
    }
    return malformed;
  }

  Bytes thumbprint() {
    return encoded.sha256();
  }

  /** Whether {@code proof} was made with this key for exactly this step, whenever that was. */
  boolean verifies(
      UnverifiedProof proof, String method, InteractionId interaction, Optional<Bytes> ticketHash) {
    String text =
        "bakq/proof/v1\n"
            + method
            + "\n"
            + interaction
            + "\n"
            + ticketHash.map(Bytes::toHex).orElse("-")
            + "\n"
            + proof.madeAtSeconds()
            + "\n";
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(key);
      verifier.update(text.getBytes(StandardCharsets.UTF_8));
      return verifier.verify(proof.signature().toByteArray());
    } catch (SignatureException e) {
      return false; // not a DER signature at all
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform verifies ECDSA on P-256", e);
    }
  }

  /** Whether {@code proof} says that it was made within 300 s of {@code now}. */
  static boolean isOf(UnverifiedProof proof, Instant now) {
    long madeAt = Math.clamp(proof.madeAtSeconds(), 0L, LAST_SECOND);
    return Math.abs(now.getEpochSecond() - madeAt) <= PROOF_TOLERANCE.toSeconds();
  }
}
