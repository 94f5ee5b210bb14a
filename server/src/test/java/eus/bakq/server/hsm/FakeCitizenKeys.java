package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;

/**
 * {@link CitizenKeys} in software, which fails on order: before it signs, or after, or by computing
 * something else.
 */
public final class FakeCitizenKeys implements CitizenKeys {
  /** When the next call fails. */
  public enum Failure {
    BEFORE_SIGNING,
    AFTER_SIGNING,
    /** The last value is wrong, as after a fault in the module. */
    WRONG_VALUE,
    /** One value too few. */
    MISSING_VALUE
  }

  private static final String EPOCH = "wrap-fake-1";
  private static final long MECHANISM = 0x210A;
  private static final int NONCE_SIZE = 12;

  private final SecretKey wrappingKey = new SecretKeySpec(new byte[32], "AES");
  private final AtomicReference<Failure> failure = new AtomicReference<>();
  private final AtomicInteger signatures = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Makes the next call fail; only that. */
  public void failNext(Failure next) {
    failure.set(next);
  }

  /** From now on its one epoch has ended. */
  public void endEpoch() {
    ended.set(true);
  }

  /** How many values were computed, released or not. */
  public int signatures() {
    return signatures.get();
  }

  @Override
  public NewCitizenKey generate(
      KeyAlgorithm algorithm, Function<PublicKey, DtbsRepresentation> firstSignature) {
    Failure ordered = failure.getAndSet(null);
    fail(ordered, Failure.BEFORE_SIGNING);
    try {
      KeyPair pair = generator(algorithm).generateKeyPair();
      SignatureValue proof = sign(pair.getPrivate(), firstSignature.apply(pair.getPublic()));
      fail(ordered, Failure.AFTER_SIGNING);
      Bytes blob = wrap(algorithm, pair.getPrivate());
      return new NewCitizenKey(
          new WrappedKey(EPOCH, MECHANISM, Bytes.empty(), algorithm, blob),
          pair.getPublic(),
          proof);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CitizenSignatures sign(WrappedKey key, List<DtbsRepresentation> dtbs)
      throws UnusableKeyException {
    if (dtbs.isEmpty()
        || dtbs.stream().anyMatch(each -> each.algorithm().keyAlgorithm() != key.algorithm())) {
      throw new IllegalArgumentException("at least one hash, for the key's algorithm");
    }
    if (!opens(key.epoch()) || key.wrapMechanism() != MECHANISM || !key.wrapParameter().isEmpty()) {
      throw new UnusableKeyException("not of this epoch", null);
    }
    Failure ordered = failure.getAndSet(null);
    fail(ordered, Failure.BEFORE_SIGNING);
    PrivateKey privateKey = unwrap(key);
    try {
      List<SignatureValue> values = new ArrayList<>();
      for (DtbsRepresentation each : dtbs) {
        values.add(sign(privateKey, each));
      }
      fail(ordered, Failure.AFTER_SIGNING);
      if (ordered == Failure.MISSING_VALUE) {
        values.removeLast();
      } else if (ordered == Failure.WRONG_VALUE) {
        values.set(values.size() - 1, faulty(values.getLast()));
      }
      return new CitizenSignatures(values, 1);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean opens(String epoch) {
    return epoch.equals(EPOCH) && !ended.get();
  }

  private static void fail(Failure ordered, Failure now) {
    if (ordered == now) {
      throw UnavailableException.temporarily("the fake fails as it was told", null);
    }
  }

  private static SignatureValue faulty(SignatureValue value) {
    byte[] bytes = value.value().toByteArray();
    bytes[bytes.length - 1] ^= 1;
    return new SignatureValue(value.algorithm(), Bytes.copyOf(bytes));
  }

  private SignatureValue sign(PrivateKey key, DtbsRepresentation dtbs)
      throws GeneralSecurityException {
    byte[] hash = dtbs.digest().toByteArray();
    byte[] value =
        switch (dtbs.algorithm().scheme()) {
          case ECDSA_P256 -> ecdsa(key, hash);
          case RSA_3072_PSS -> pss((RSAPrivateKey) key, dtbs.algorithm().digest(), hash);
          case RSA_3072_PKCS1 -> pkcs1((RSAPrivateKey) key, dtbs.algorithm().digest(), hash);
        };
    signatures.incrementAndGet();
    return new SignatureValue(dtbs.algorithm(), Bytes.copyOf(value));
  }

  private static byte[] ecdsa(PrivateKey key, byte[] hash) throws GeneralSecurityException {
    Signature signer = Signature.getInstance("NONEwithECDSA");
    signer.initSign(key);
    signer.update(hash);
    return signer.sign();
  }

  private static byte[] pss(RSAPrivateKey key, DigestAlgorithm digest, byte[] hash)
      throws GeneralSecurityException {
    PSSSigner signer =
        PSSSigner.createRawSigner(
            new RSABlindedEngine(), software(digest), software(digest), digest.size(), (byte) 0xBC);
    signer.init(true, parameters(key));
    signer.update(hash, 0, hash.length);
    try {
      return signer.generateSignature();
    } catch (CryptoException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static Digest software(DigestAlgorithm digest) {
    return switch (digest) {
      case SHA256 -> new SHA256Digest();
      case SHA384 -> new SHA384Digest();
      case SHA512 -> new SHA512Digest();
    };
  }

  private static byte[] pkcs1(RSAPrivateKey key, DigestAlgorithm digest, byte[] hash)
      throws GeneralSecurityException {
    RSADigestSigner signer =
        new RSADigestSigner(
            new NullDigest(),
            switch (digest) {
              case SHA256 -> NISTObjectIdentifiers.id_sha256;
              case SHA384 -> NISTObjectIdentifiers.id_sha384;
              case SHA512 -> NISTObjectIdentifiers.id_sha512;
            });
    signer.init(true, parameters(key));
    signer.update(hash, 0, hash.length);
    try {
      return signer.generateSignature();
    } catch (CryptoException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static RSAKeyParameters parameters(RSAPrivateKey key) {
    return new RSAKeyParameters(true, key.getModulus(), key.getPrivateExponent());
  }

  private static KeyPairGenerator generator(KeyAlgorithm algorithm)
      throws GeneralSecurityException {
    return switch (algorithm) {
      case EC_P256 -> {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        yield generator;
      }
      case RSA_3072 -> {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(3072);
        yield generator;
      }
    };
  }

  private Bytes wrap(KeyAlgorithm algorithm, PrivateKey key) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, wrappingKey);
    cipher.updateAAD(algorithm.name().getBytes(StandardCharsets.UTF_8));
    byte[] encrypted = cipher.doFinal(key.getEncoded());
    byte[] blob = new byte[NONCE_SIZE + encrypted.length];
    System.arraycopy(cipher.getIV(), 0, blob, 0, NONCE_SIZE);
    System.arraycopy(encrypted, 0, blob, NONCE_SIZE, encrypted.length);
    return Bytes.copyOf(blob);
  }

  private PrivateKey unwrap(WrappedKey key) throws UnusableKeyException {
    byte[] blob = key.blob().toByteArray();
    if (blob.length <= NONCE_SIZE) {
      throw new UnusableKeyException("too short", null);
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, wrappingKey, new GCMParameterSpec(128, blob, 0, NONCE_SIZE));
      cipher.updateAAD(key.algorithm().name().getBytes(StandardCharsets.UTF_8));
      byte[] encoded = cipher.doFinal(blob, NONCE_SIZE, blob.length - NONCE_SIZE);
      return KeyFactory.getInstance(key.algorithm() == KeyAlgorithm.EC_P256 ? "EC" : "RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new UnusableKeyException("does not open", e);
    }
  }
}
