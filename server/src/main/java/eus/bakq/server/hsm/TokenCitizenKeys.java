package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_DERIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_PARAMS;
import static eus.bakq.pkcs11.AttributeType.CKA_ENCRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_MODULUS;
import static eus.bakq.pkcs11.AttributeType.CKA_MODULUS_BITS;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_PUBLIC_EXPONENT;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN_RECOVER;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VERIFY;
import static eus.bakq.pkcs11.AttributeType.CKA_WRAP;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.KeyPairHandles;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.CeremonyTranscript.KeyRecord;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.CeremonyTranscript.Use;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link CitizenKeys} in the custody token. */
final class TokenCitizenKeys implements CitizenKeys {
  private static final Logger LOG = LoggerFactory.getLogger(TokenCitizenKeys.class);
  private static final byte[] P256 = HexFormat.of().parseHex("06082a8648ce3d030107");
  private static final int P256_BYTES = 32;
  private static final int RSA_BITS = 3072;
  private static final int MAXIMUM_SIGNATURES = 500;

  /** What is asked for and read back; with extractable, it is all that a citizen's key may be. */
  private static final Template NEVER_LEAVES_IN_CLEAR =
      Template.empty()
          .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
          .with(CKA_TOKEN, false)
          .with(CKA_PRIVATE, true)
          .with(CKA_SENSITIVE, true)
          .with(CKA_SIGN, true)
          .with(CKA_SIGN_RECOVER, false)
          .with(CKA_DECRYPT, false)
          .with(CKA_UNWRAP, false)
          .with(CKA_DERIVE, false);

  private static final Template PUBLIC_KEY =
      Template.empty()
          .with(CKA_TOKEN, false)
          .with(CKA_VERIFY, true)
          .with(CKA_ENCRYPT, false)
          .with(CKA_WRAP, false);

  private final Partitions custody;
  private final TokenRecord token;
  private final KeyVerifier verifier;
  private final HsmCounters counters;

  TokenCitizenKeys(
      Partitions custody, TokenRecord token, KeyVerifier verifier, HsmCounters counters) {
    this.custody = custody;
    this.token = token;
    this.verifier = verifier;
    this.counters = counters;
  }

  /**
   * The proof of possession is made with the key as it comes out of its blob again, and verified: a
   * blob that would not open is never handed on.
   */
  @Override
  public NewCitizenKey generate(
      KeyAlgorithm algorithm, Function<PublicKey, DtbsRepresentation> firstSignature) {
    KeyRecord epoch = newestEpoch();
    return custody.<NewCitizenKey, RuntimeException>use(
        (session, keys) -> {
          MadeKey made = make(session, keys, epoch, algorithm);
          DtbsRepresentation dtbs = firstSignature.apply(made.publicKey());
          requireAlgorithm(made.wrapped(), dtbs);
          SignatureValue proof;
          try {
            proof = signAll(session, keys, epoch, made.wrapped(), List.of(dtbs)).getFirst();
          } catch (UnusableKeyException e) {
            throw UnavailableException.temporarily("the token does not open what it wrapped", e);
          }
          if (!SignatureVerification.verifies(made.publicKey(), dtbs, proof)) {
            throw UnavailableException.temporarily("a new key's signature is wrong", null);
          }
          counters.countGeneratedKey();
          return new NewCitizenKey(made.wrapped(), made.publicKey(), proof);
        });
  }

  @Override
  public CitizenSignatures sign(WrappedKey key, List<DtbsRepresentation> dtbs)
      throws UnusableKeyException {
    if (dtbs.isEmpty() || dtbs.size() > MAXIMUM_SIGNATURES) {
      throw new IllegalArgumentException("1 to 500 hashes are signed at once");
    }
    dtbs.forEach(each -> requireAlgorithm(key, each));
    KeyRecord epoch = epochOf(key);
    AtomicInteger attempts = new AtomicInteger();
    TokenAction<CitizenSignatures, UnusableKeyException> signing =
        (session, keys) -> {
          int attempt = attempts.incrementAndGet();
          return new CitizenSignatures(signAll(session, keys, epoch, key, dtbs), attempt);
        };
    try {
      return custody.use(signing);
    } catch (UnusableKeyException first) {
      // Some tokens say the same when they are ill for a moment: a key is not given up for that.
      LOG.atWarn().setCause(first).log("a wrapped key did not open at once");
      return custody.use(signing);
    }
  }

  @Override
  public boolean opens(String epoch) {
    return wrappingKeys().anyMatch(key -> key.id().equals(epoch));
  }

  private record MadeKey(WrappedKey wrapped, PublicKey publicKey) {}

  private MadeKey make(
      Pkcs11Session session, TokenKeys keys, KeyRecord epoch, KeyAlgorithm algorithm)
      throws Pkcs11Exception {
    KeyPairHandles pair =
        session.generateKeyPair(
            generation(algorithm),
            publicTemplate(algorithm),
            NEVER_LEAVES_IN_CLEAR.with(CKA_EXTRACTABLE, true));
    try (TransientKey privateKey = new TransientKey(session, pair.privateKey());
        TransientKey publicKey = new TransientKey(session, pair.publicKey())) {
      requireReadBack(session, privateKey.handle(), true);
      byte[] blob =
          session.wrap(Mechanism.of(epoch.mechanism()), keys.of(epoch.id()), privateKey.handle());
      return new MadeKey(
          new WrappedKey(
              epoch.id(), epoch.mechanism().value(), Bytes.empty(), algorithm, Bytes.copyOf(blob)),
          PublicKeys.read(session, publicKey.handle(), algorithm));
    }
  }

  private List<SignatureValue> signAll(
      Pkcs11Session session,
      TokenKeys keys,
      KeyRecord epoch,
      WrappedKey wrapped,
      List<DtbsRepresentation> dtbs)
      throws Pkcs11Exception, UnusableKeyException {
    try (TransientKey key = unwrap(session, keys, epoch, wrapped)) {
      requireReadBack(session, key.handle(), false);
      requireStrength(session, key.handle(), wrapped.algorithm());
      List<SignatureValue> values = new ArrayList<>(dtbs.size());
      for (DtbsRepresentation each : dtbs) {
        values.add(sign(session, key.handle(), each));
      }
      return values;
    }
  }

  private TransientKey unwrap(
      Pkcs11Session session, TokenKeys keys, KeyRecord epoch, WrappedKey wrapped)
      throws Pkcs11Exception, UnusableKeyException {
    ObjectHandle wrappingKey = keys.of(epoch.id());
    Template template =
        epoch
            .objects()
            .getFirst()
            .nested(CKA_UNWRAP_TEMPLATE)
            .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
            .with(CKA_KEY_TYPE, keyType(wrapped.algorithm()));
    Mechanism mechanism = Mechanism.of(epoch.mechanism());
    try {
      byte[] blob = wrapped.blob().toByteArray();
      return new TransientKey(session, session.unwrap(mechanism, wrappingKey, blob, template));
    } catch (Pkcs11Exception e) {
      if (e.mayBeOfWrappedKey() && verifier.opensCanary(session, epoch, wrappingKey)) {
        throw new UnusableKeyException("the wrapped key does not open", e);
      }
      throw e;
    }
  }

  private SignatureValue sign(Pkcs11Session session, ObjectHandle key, DtbsRepresentation dtbs)
      throws Pkcs11Exception {
    byte[] hash = dtbs.digest().toByteArray();
    byte[] value =
        switch (dtbs.algorithm().scheme()) {
          case ECDSA_P256 ->
              EcdsaValues.toDer(
                  session.sign(Mechanism.of(Constant.CKM_ECDSA), key, leftmost(hash, P256_BYTES)));
          case RSA_3072_PSS -> session.sign(pss(dtbs.algorithm().digest()), key, hash);
          case RSA_3072_PKCS1 ->
              session.sign(
                  Mechanism.of(Constant.CKM_RSA_PKCS),
                  key,
                  digestInfo(dtbs.algorithm().digest(), hash));
        };
    counters.countSignature();
    return new SignatureValue(dtbs.algorithm(), Bytes.copyOf(value));
  }

  /** Those of epochs that are open, in the order in which these began. */
  private Stream<KeyRecord> wrappingKeys() {
    return token.keys().stream().filter(key -> key.use() == Use.WRAPPING && !key.ended());
  }

  private KeyRecord newestEpoch() {
    return wrappingKeys()
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new IllegalStateException("the custody token has no wrapping key"));
  }

  private KeyRecord epochOf(WrappedKey wrapped) throws UnusableKeyException {
    Optional<KeyRecord> epoch =
        wrappingKeys().filter(key -> key.id().equals(wrapped.epoch())).findFirst();
    if (epoch.isEmpty()
        || epoch.get().mechanism().value() != wrapped.wrapMechanism()
        || !wrapped.wrapParameter().isEmpty()) {
      throw new UnusableKeyException("no wrapping key of this token made the wrapped key", null);
    }
    return epoch.get();
  }

  private static void requireAlgorithm(WrappedKey key, DtbsRepresentation dtbs) {
    SignatureAlgorithm algorithm = dtbs.algorithm();
    if (algorithm.keyAlgorithm() != key.algorithm()) {
      throw new IllegalArgumentException(algorithm + " is not for keys of " + key.algorithm());
    }
  }

  /** KEY-01: what was asked for is what is there. A token that says otherwise is not to be used. */
  private void requireReadBack(Pkcs11Session session, ObjectHandle key, boolean extractable)
      throws Pkcs11Exception {
    Template expected = NEVER_LEAVES_IN_CLEAR.with(CKA_EXTRACTABLE, extractable);
    if (!session.attributes(key, expected.types()).equals(expected)) {
      throw new HsmRefusedException(token.role(), "", "citizens' keys are as they were asked for");
    }
  }

  /** KEY-02: a blob that holds another curve or a shorter modulus is not a citizen's key. */
  private static void requireStrength(
      Pkcs11Session session, ObjectHandle key, KeyAlgorithm algorithm)
      throws Pkcs11Exception, UnusableKeyException {
    boolean right =
        switch (algorithm) {
          case EC_P256 ->
              session
                  .attributes(key, List.of(CKA_EC_PARAMS))
                  .equals(Template.empty().with(CKA_EC_PARAMS, P256));
          case RSA_3072 ->
              session.attributes(key, List.of(CKA_MODULUS)).octets(CKA_MODULUS).length * 8
                  == RSA_BITS;
        };
    if (!right) {
      throw new UnusableKeyException("the wrapped key is not of its algorithm", null);
    }
  }

  private static Template publicTemplate(KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case EC_P256 -> PUBLIC_KEY.with(CKA_EC_PARAMS, P256);
      case RSA_3072 ->
          PUBLIC_KEY
              .with(CKA_MODULUS_BITS, RSA_BITS)
              .with(CKA_PUBLIC_EXPONENT, new byte[] {1, 0, 1});
    };
  }

  private static Mechanism generation(KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case EC_P256 -> Mechanism.of(Constant.CKM_EC_KEY_PAIR_GEN);
      case RSA_3072 -> Mechanism.of(Constant.CKM_RSA_PKCS_KEY_PAIR_GEN);
    };
  }

  private static Constant keyType(KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case EC_P256 -> Constant.CKK_EC;
      case RSA_3072 -> Constant.CKK_RSA;
    };
  }

  /**
   * What ECDSA uses of a hash that is longer than the group's order (FIPS 186-5 section 6.4.1);
   * tokens differ in whether they cut it themselves.
   */
  private static byte[] leftmost(byte[] hash, int size) {
    return Arrays.copyOf(hash, Math.min(hash.length, size));
  }

  private static Mechanism pss(DigestAlgorithm digest) {
    return switch (digest) {
      case SHA256 -> Mechanism.pss(Constant.CKM_SHA256, Constant.CKG_MGF1_SHA256, digest.size());
      case SHA384 -> Mechanism.pss(Constant.CKM_SHA384, Constant.CKG_MGF1_SHA384, digest.size());
      case SHA512 -> Mechanism.pss(Constant.CKM_SHA512, Constant.CKG_MGF1_SHA512, digest.size());
    };
  }

  /** What PKCS#1 v1.5 signs: the DER of DigestInfo (RFC 8017 section 9.2, note 1). */
  private static byte[] digestInfo(DigestAlgorithm digest, byte[] hash) {
    byte[] prefix =
        HexFormat.of()
            .parseHex(
                switch (digest) {
                  case SHA256 -> "3031300d060960864801650304020105000420";
                  case SHA384 -> "3041300d060960864801650304020205000430";
                  case SHA512 -> "3051300d060960864801650304020305000440";
                });
    return ByteBuffer.allocate(prefix.length + hash.length).put(prefix).put(hash).array();
  }
}
