package eus.bakq.server.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;

/** PKCS#11's form of an ECDSA value, and the one that the world uses. */
final class EcdsaValues {
  private EcdsaValues() {}

  /** The DER form of {@code raw}: r and s, of equal size, one after the other. */
  static byte[] toDer(byte[] raw) {
    int half = raw.length / 2;
    try {
      return new DERSequence(
              new ASN1Integer[] {
                new ASN1Integer(new BigInteger(1, Arrays.copyOf(raw, half))),
                new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, half, raw.length)))
              })
          .getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("two integers have a DER form", e);
    }
  }
}
