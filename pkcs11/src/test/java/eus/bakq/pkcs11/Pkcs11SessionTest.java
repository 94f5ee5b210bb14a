package eus.bakq.pkcs11;

import static eus.bakq.pkcs11.AttributeType.CKA_ALLOWED_MECHANISMS;
import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_PARAMS;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_POINT;
import static eus.bakq.pkcs11.AttributeType.CKA_ENCRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_MODULUS;
import static eus.bakq.pkcs11.AttributeType.CKA_MODULUS_BITS;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_PUBLIC_EXPONENT;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE_LEN;
import static eus.bakq.pkcs11.AttributeType.CKA_WRAP;
import static eus.bakq.pkcs11.Constant.CKK_AES;
import static eus.bakq.pkcs11.Constant.CKK_EC;
import static eus.bakq.pkcs11.Constant.CKK_GENERIC_SECRET;
import static eus.bakq.pkcs11.Constant.CKM_AES_CBC_PAD;
import static eus.bakq.pkcs11.Constant.CKM_AES_KEY_GEN;
import static eus.bakq.pkcs11.Constant.CKM_AES_KEY_WRAP_PAD;
import static eus.bakq.pkcs11.Constant.CKM_ECDSA;
import static eus.bakq.pkcs11.Constant.CKM_EC_KEY_PAIR_GEN;
import static eus.bakq.pkcs11.Constant.CKM_RSA_PKCS_KEY_PAIR_GEN;
import static eus.bakq.pkcs11.Constant.CKM_SHA256_HMAC;
import static eus.bakq.pkcs11.Constant.CKO_DATA;
import static eus.bakq.pkcs11.Constant.CKO_PRIVATE_KEY;
import static eus.bakq.pkcs11.Constant.CKO_SECRET_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class Pkcs11SessionTest {
  private static final byte[] P256 = HexFormat.of().parseHex("06082a8648ce3d030107");
  private static final String P256_SPKI_PREFIX =
      "3059301306072a8648ce3d020106082a8648ce3d030107034200";
  private static final byte[] MESSAGE = "what is signed".getBytes(StandardCharsets.UTF_8);
  private static final Template SESSION_SIGNING_KEY =
      Template.empty()
          .with(CKA_TOKEN, false)
          .with(CKA_PRIVATE, true)
          .with(CKA_SENSITIVE, true)
          .with(CKA_EXTRACTABLE, true)
          .with(CKA_SIGN, true);
  private static final Template UNWRAPPED =
      Template.empty()
          .with(CKA_CLASS, CKO_PRIVATE_KEY)
          .with(CKA_TOKEN, false)
          .with(CKA_SENSITIVE, true)
          .with(CKA_EXTRACTABLE, false);

  private TestToken token;
  private Pkcs11Session session;

  @BeforeEach
  void logIn(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    token = TestToken.named(name.substring(0, Math.min(32, name.length())));
    session = token.loggedIn();
  }

  @AfterEach
  void close() throws Exception {
    session.close();
  }

  @Test
  void saysWhoIsLoggedIn() throws Exception {
    assertThat(session.state()).isEqualTo(SessionState.READ_WRITE_USER);
    session.logout();
    assertThat(session.state()).isEqualTo(SessionState.READ_WRITE_PUBLIC);
  }

  @Test
  void changesThePin() throws Exception {
    byte[] other = "another-pin".getBytes(StandardCharsets.US_ASCII);

    session.changePin(TestToken.pin(), other);
    session.logout();

    assertThatThrownBy(() -> session.login(TestToken.pin()))
        .hasMessageContaining("CKR_PIN_INCORRECT");
    session.login(other);
    assertThat(session.state()).isEqualTo(SessionState.READ_WRITE_USER);
  }

  @Test
  void signsWithEcdsaWhatJavaVerifies() throws Exception {
    KeyPairHandles pair = generateP256();

    byte[] raw = session.sign(Mechanism.of(CKM_ECDSA), pair.privateKey(), sha256());

    assertThat(raw).hasSize(64);
    Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
    verifier.initVerify(publicKey(pair.publicKey()));
    verifier.update(MESSAGE);
    assertThat(verifier.verify(raw)).isTrue();
  }

  @Test
  void signsAHashWithPssWhatJavaVerifies() throws Exception {
    KeyPairHandles pair =
        session.generateKeyPair(
            Mechanism.of(CKM_RSA_PKCS_KEY_PAIR_GEN),
            Template.empty()
                .with(CKA_TOKEN, false)
                .with(CKA_MODULUS_BITS, 2048)
                .with(CKA_PUBLIC_EXPONENT, new byte[] {1, 0, 1}),
            SESSION_SIGNING_KEY);

    byte[] value =
        session.sign(
            Mechanism.pss(Constant.CKM_SHA256, Constant.CKG_MGF1_SHA256, 32),
            pair.privateKey(),
            sha256());

    Template modulus = session.attributes(pair.publicKey(), List.of(CKA_MODULUS));
    Signature verifier = Signature.getInstance("RSASSA-PSS");
    verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    verifier.initVerify(
        KeyFactory.getInstance("RSA")
            .generatePublic(
                new RSAPublicKeySpec(
                    new BigInteger(1, modulus.octets(CKA_MODULUS)), BigInteger.valueOf(65537))));
    verifier.update(MESSAGE);
    assertThat(verifier.verify(value)).isTrue();
  }

  /** RFC 4231, test case 6: SoftHSM2 takes no key shorter than 32 bytes. */
  @Test
  void computesTheHmacOfTheStandardsExample() throws Exception {
    ObjectHandle key =
        session.create(
            Template.empty()
                .with(CKA_CLASS, CKO_SECRET_KEY)
                .with(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
                .with(CKA_TOKEN, false)
                .with(CKA_SIGN, true)
                .with(CKA_VALUE, HexFormat.of().parseHex("aa".repeat(131))));

    byte[] mac =
        session.sign(
            Mechanism.of(CKM_SHA256_HMAC),
            key,
            "Test Using Larger Than Block-Size Key - Hash Key First"
                .getBytes(StandardCharsets.US_ASCII));

    assertThat(HexFormat.of().formatHex(mac))
        .isEqualTo("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  }

  @Test
  void computesTheHmacOfNothing() throws Exception {
    byte[] secret = new byte[32];
    ObjectHandle key =
        session.create(
            Template.empty()
                .with(CKA_CLASS, CKO_SECRET_KEY)
                .with(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
                .with(CKA_TOKEN, false)
                .with(CKA_SIGN, true)
                .with(CKA_VALUE, secret));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));

    assertThat(session.sign(Mechanism.of(CKM_SHA256_HMAC), key, new byte[0]))
        .isEqualTo(mac.doFinal());
  }

  @Test
  void unwrapsWhatItWrappedAndSignsWithIt() throws Exception {
    ObjectHandle wrapping = generateWrappingKey(Template.empty());
    KeyPairHandles pair = generateP256();
    byte[] blob = session.wrap(Mechanism.of(CKM_AES_KEY_WRAP_PAD), wrapping, pair.privateKey());
    session.destroy(pair.privateKey());

    ObjectHandle key =
        session.unwrap(
            Mechanism.of(CKM_AES_KEY_WRAP_PAD),
            wrapping,
            blob,
            UNWRAPPED.with(CKA_KEY_TYPE, CKK_EC).with(CKA_SIGN, true));
    byte[] raw = session.sign(Mechanism.of(CKM_ECDSA), key, sha256());

    Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
    verifier.initVerify(publicKey(pair.publicKey()));
    verifier.update(MESSAGE);
    assertThat(verifier.verify(raw)).isTrue();
  }

  @Test
  void readsATemplateInsideATemplateBack() throws Exception {
    Template inside = UNWRAPPED.with(CKA_DECRYPT, false);
    Template asked = Template.empty().with(CKA_UNWRAP_TEMPLATE, inside);
    ObjectHandle wrapping =
        generateWrappingKey(asked.with(CKA_ALLOWED_MECHANISMS, CKM_AES_KEY_WRAP_PAD));

    Template read =
        session.attributes(
            wrapping, List.of(CKA_UNWRAP_TEMPLATE, CKA_ALLOWED_MECHANISMS, CKA_TOKEN));

    assertThat(read)
        .isEqualTo(asked.with(CKA_ALLOWED_MECHANISMS, CKM_AES_KEY_WRAP_PAD).with(CKA_TOKEN, false));
  }

  @Test
  void cannotReadASensitiveValue() throws Exception {
    ObjectHandle key = generateP256().privateKey();

    Pkcs11Exception refused =
        catchThrowableOfType(
            Pkcs11Exception.class, () -> session.attributes(key, List.of(CKA_VALUE)));

    assertThat(refused.is(ReturnCode.CKR_ATTRIBUTE_SENSITIVE)).isTrue();
  }

  @Test
  void findsCopiesChangesAndDestroys() throws Exception {
    Template data =
        Template.empty()
            .with(CKA_CLASS, CKO_DATA)
            .with(CKA_TOKEN, true)
            .with(CKA_PRIVATE, true)
            .with(CKA_LABEL, "one")
            .with(CKA_VALUE, MESSAGE);
    ObjectHandle first = session.create(data);
    ObjectHandle second = session.copy(first, Template.empty().with(CKA_LABEL, "two"));

    session.change(second, Template.empty().with(CKA_LABEL, "three"));

    Template labelled = Template.empty().with(CKA_LABEL, "three");
    assertThat(session.find(labelled, 10)).containsExactly(second);
    assertThat(session.attributes(second, List.of(CKA_VALUE)).octets(CKA_VALUE)).isEqualTo(MESSAGE);
    session.destroy(second);
    assertThat(session.find(labelled, 10)).isEmpty();
    assertThat(session.find(Template.empty().with(CKA_CLASS, CKO_DATA), 10)).containsExactly(first);
  }

  @Test
  void encryptsAndDecryptsAsJavaDoes() throws Exception {
    byte[] secret = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
    byte[] iv = new byte[16];
    ObjectHandle key =
        session.create(
            Template.empty()
                .with(CKA_CLASS, CKO_SECRET_KEY)
                .with(CKA_KEY_TYPE, CKK_AES)
                .with(CKA_TOKEN, false)
                .with(CKA_ENCRYPT, true)
                .with(CKA_DECRYPT, true)
                .with(CKA_VALUE, secret));
    Mechanism cbc = Mechanism.of(CKM_AES_CBC_PAD.value(), iv);

    byte[] encrypted = session.encrypt(cbc, key, MESSAGE);

    Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"), new IvParameterSpec(iv));
    assertThat(encrypted).isEqualTo(cipher.doFinal(MESSAGE));
    assertThat(session.decrypt(cbc, key, encrypted)).isEqualTo(MESSAGE);
  }

  @Test
  void givesRandomBytesOfTheSizeAskedFor() throws Exception {
    assertThat(session.random(32)).hasSize(32).isNotEqualTo(session.random(32));
    assertThatThrownBy(() -> session.random(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysThatAClosedSessionIsToBeReplaced() throws Exception {
    Pkcs11Session closed = token.module().openSession(token.slot());
    closed.close();

    Pkcs11Exception lost = catchThrowableOfType(Pkcs11Exception.class, () -> closed.random(8));

    assertThat(lost.code()).contains(ReturnCode.CKR_SESSION_HANDLE_INVALID);
    assertThat(lost.reaction()).isEqualTo(Reaction.RETRY_ON_NEW_SESSION);
  }

  private KeyPairHandles generateP256() throws Pkcs11Exception {
    return session.generateKeyPair(
        Mechanism.of(CKM_EC_KEY_PAIR_GEN),
        Template.empty().with(CKA_TOKEN, false).with(CKA_EC_PARAMS, P256),
        SESSION_SIGNING_KEY);
  }

  private ObjectHandle generateWrappingKey(Template more) throws Pkcs11Exception {
    Template template =
        Template.empty()
            .with(CKA_TOKEN, false)
            .with(CKA_WRAP, true)
            .with(CKA_UNWRAP, true)
            .with(CKA_VALUE_LEN, 32);
    Template whole = Template.fromReadable(template.toReadable());
    for (AttributeType type : more.types()) {
      whole = whole.with(type, more.values().get(type));
    }
    return session.generateKey(Mechanism.of(CKM_AES_KEY_GEN), whole);
  }

  private PublicKey publicKey(ObjectHandle publicKey) throws Exception {
    byte[] point = session.attributes(publicKey, List.of(CKA_EC_POINT)).octets(CKA_EC_POINT);
    String uncompressed = HexFormat.of().formatHex(point, 2, point.length);
    return KeyFactory.getInstance("EC")
        .generatePublic(
            new X509EncodedKeySpec(HexFormat.of().parseHex(P256_SPKI_PREFIX + uncompressed)));
  }

  private static byte[] sha256() throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(MESSAGE);
  }
}
