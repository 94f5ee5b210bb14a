package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_DERIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_PARAMS;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_POINT;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VERIFY;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.KeyPairHandles;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * Values by which a key is known again: a planted key with the same label, id and attributes gives
 * others. Each is tried here before it is written down.
 */
final class CheckValues {
  private static final String TEXT = "bakq/check/v1/";
  private static final byte[] P256 = HexFormat.of().parseHex("06082a8648ce3d030107");

  private final Pkcs11Session session;

  CheckValues(Pkcs11Session session) {
    this.session = session;
  }

  /** For an HMAC key: a text that no message of the server begins like, and its MAC. */
  Map<String, String> ofMacKey(KeyPlan key, ObjectHandle handle) throws Pkcs11Exception {
    String input = TEXT + key.id();
    byte[] mac =
        session.sign(
            Mechanism.of(key.mechanism()), handle, input.getBytes(StandardCharsets.US_ASCII));
    return Map.of("input", input, "mac", HexFormat.of().formatHex(mac));
  }

  /** For a signing key: its public key, and a signature over a text that names it. */
  Map<String, String> ofSigningKey(KeyPlan key, ObjectHandle handle, SubjectPublicKeyInfo publicKey)
      throws IOException, GeneralSecurityException, Pkcs11Exception {
    String text = TEXT + key.id();
    byte[] signature = signAndVerify(handle, publicKey, text);
    return Map.of(
        "publicKey", HexFormat.of().formatHex(publicKey.getEncoded()),
        "text", text,
        "signature", HexFormat.of().formatHex(signature));
  }

  /**
   * For a wrapping key: the canary, a throw-away EC key that only this wrapping key can open, and
   * its public key.
   */
  Map<String, String> ofWrappingKey(KeyPlan key, ObjectHandle handle)
      throws IOException, GeneralSecurityException, Pkcs11Exception {
    KeyPairHandles canary =
        session.generateKeyPair(
            Mechanism.of(Constant.CKM_EC_KEY_PAIR_GEN),
            Template.empty()
                .with(CKA_TOKEN, false)
                .with(CKA_EC_PARAMS, P256)
                .with(CKA_VERIFY, true),
            Template.empty()
                .with(CKA_TOKEN, false)
                .with(CKA_PRIVATE, true)
                .with(CKA_SENSITIVE, true)
                .with(CKA_EXTRACTABLE, true)
                .with(CKA_SIGN, true)
                .with(CKA_UNWRAP, false)
                .with(CKA_DERIVE, false));
    SubjectPublicKeyInfo publicKey =
        EllipticCurves.publicKey(
            session.attributes(canary.publicKey(), List.of(CKA_EC_PARAMS, CKA_EC_POINT)));
    Mechanism mechanism = Mechanism.of(key.mechanism());
    byte[] blob = session.wrap(mechanism, handle, canary.privateKey());
    session.destroy(canary.privateKey());
    session.destroy(canary.publicKey());

    Template unwrapped =
        key.attributes()
            .nested(CKA_UNWRAP_TEMPLATE)
            .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
            .with(CKA_KEY_TYPE, Constant.CKK_EC);
    ObjectHandle again = session.unwrap(mechanism, handle, blob, unwrapped);
    try {
      signAndVerify(again, publicKey, TEXT + key.id());
    } finally {
      session.destroy(again);
    }
    return Map.of(
        "wrappedKey", HexFormat.of().formatHex(blob),
        "publicKey", HexFormat.of().formatHex(publicKey.getEncoded()));
  }

  /**
   * Whether {@code handle} is the very key whose check value a transcript has. What signs does so
   * over a text that nobody could foresee: an old signature answers for nothing.
   *
   * @throws Pkcs11Exception if the token fails, or the key opens, signs or computes nothing
   */
  boolean holds(Explained.Key key, ObjectHandle handle) throws Pkcs11Exception {
    Mechanism mechanism = Mechanism.of(key.mechanism());
    return switch (key.use()) {
      case MAC -> {
        byte[] input = key.check().get("input").getBytes(StandardCharsets.US_ASCII);
        yield MessageDigest.isEqual(
            session.sign(mechanism, handle, input), bytes(key.check(), "mac"));
      }
      case SIGNING, AUTHORITY -> signsFor(bytes(key.check(), "publicKey"), handle);
      case WRAPPING -> {
        Template unwrapped =
            key.objects()
                .getFirst()
                .nested(CKA_UNWRAP_TEMPLATE)
                .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
                .with(CKA_KEY_TYPE, Constant.CKK_EC);
        ObjectHandle canary =
            session.unwrap(mechanism, handle, bytes(key.check(), "wrappedKey"), unwrapped);
        try {
          yield signsFor(bytes(key.check(), "publicKey"), canary);
        } finally {
          session.destroy(canary);
        }
      }
    };
  }

  private boolean signsFor(byte[] publicKey, ObjectHandle key) throws Pkcs11Exception {
    try {
      byte[] signature =
          signAndVerify(key, SubjectPublicKeyInfo.getInstance(publicKey), TEXT + UUID.randomUUID());
      return signature.length > 0;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static byte[] bytes(Map<String, String> check, String name) {
    return HexFormat.of().parseHex(check.get(name));
  }

  private byte[] signAndVerify(ObjectHandle key, SubjectPublicKeyInfo publicKey, String text)
      throws IOException, GeneralSecurityException, Pkcs11Exception {
    byte[] message = text.getBytes(StandardCharsets.US_ASCII);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(message);
    byte[] signature =
        EllipticCurves.derSignature(session.sign(Mechanism.of(Constant.CKM_ECDSA), key, hash));
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(publicKey.getEncoded())));
    verifier.update(message);
    if (!verifier.verify(signature)) {
      throw new GeneralSecurityException("a key of the token does not match its public key");
    }
    return signature;
  }
}
