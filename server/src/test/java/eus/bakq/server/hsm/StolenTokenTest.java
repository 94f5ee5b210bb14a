package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_COPYABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_DERIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE_EXPONENT;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN_RECOVER;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A thief has the PINs, the module and a citizen's wrapped key, that is more than the database ever
 * shows: no way leads to the key itself (KEY-06).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StolenTokenTest {
  private static final Mechanism WRAP = Mechanism.of(Constant.CKM_AES_KEY_WRAP_PAD);
  private static final Template LAWFUL =
      Template.empty()
          .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
          .with(CKA_TOKEN, false)
          .with(CKA_PRIVATE, true)
          .with(CKA_SENSITIVE, true)
          .with(CKA_EXTRACTABLE, false)
          .with(CKA_COPYABLE, false)
          .with(CKA_SIGN, true)
          .with(CKA_SIGN_RECOVER, false)
          .with(CKA_DECRYPT, false)
          .with(CKA_UNWRAP, false)
          .with(CKA_DERIVE, false);

  private TestCeremony ceremony;
  private Hsm hsm;
  private WrappedKey elliptic;
  private WrappedKey rsa;
  private Pkcs11Session thief;
  private ObjectHandle wrappingKey;

  @BeforeAll
  void steal(@TempDir Path folder) throws Exception {
    ceremony = TestCeremony.hold(folder);
    hsm = Hsm.open(ceremony.settings(), new SecureRandom());
    elliptic = wrapped(SignatureAlgorithm.ECDSA_P256_SHA256);
    rsa = wrapped(SignatureAlgorithm.RSA_3072_PSS_SHA256);
  }

  @AfterAll
  void close() {
    hsm.close();
  }

  @BeforeEach
  void breakIn() throws Exception {
    thief = ceremony.attacker("custody");
    byte[] id = "wrap-2026-1".getBytes(StandardCharsets.US_ASCII);
    wrappingKey = thief.find(Template.empty().with(CKA_ID, id), 2).getFirst();
  }

  @AfterEach
  void leave() throws Exception {
    thief.close();
  }

  /** What the thief can do, and nothing more: without it the other tests would prove nothing. */
  @Test
  void theLawfulTemplateOpensTheKey() throws Exception {
    assertThat(unwrap(elliptic, LAWFUL)).isNotNull();
    assertThat(unwrap(rsa, LAWFUL)).isNotNull();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "CKA_TOKEN",
        "CKA_PRIVATE",
        "CKA_SENSITIVE",
        "CKA_EXTRACTABLE",
        "CKA_COPYABLE",
        "CKA_SIGN_RECOVER",
        "CKA_DECRYPT",
        "CKA_UNWRAP",
        "CKA_DERIVE"
      })
  void noOtherAttributeOpensIt(AttributeType type) {
    for (WrappedKey key : List.of(elliptic, rsa)) {
      Template turned = LAWFUL.with(type, !LAWFUL.has(type, true));

      assertThatThrownBy(() -> unwrap(key, turned))
          .isInstanceOf(Pkcs11Exception.class)
          .hasMessageContaining("CKR_TEMPLATE_INCONSISTENT");
    }
  }

  @Test
  void itDoesNotOpenAsASecretOrAsAnotherKindOfKey() {
    Template secret =
        Template.empty()
            .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
            .with(CKA_TOKEN, false)
            .with(CKA_SENSITIVE, false)
            .with(CKA_EXTRACTABLE, true);
    for (Constant type : List.of(Constant.CKK_GENERIC_SECRET, Constant.CKK_AES)) {
      assertThatThrownBy(
              () ->
                  thief.unwrap(
                      WRAP,
                      wrappingKey,
                      elliptic.blob().toByteArray(),
                      secret.with(CKA_KEY_TYPE, type)))
          .isInstanceOf(Pkcs11Exception.class);
      assertThatThrownBy(
              () ->
                  thief.unwrap(
                      WRAP,
                      wrappingKey,
                      elliptic.blob().toByteArray(),
                      LAWFUL.with(CKA_KEY_TYPE, type)))
          .isInstanceOf(Pkcs11Exception.class);
    }
  }

  /** KEY-01. */
  @Test
  void anOpenedKeyIsNotReadWrappedCopiedOrChanged() throws Exception {
    ObjectHandle p256 = unwrap(elliptic, LAWFUL);
    ObjectHandle modulus = unwrap(rsa, LAWFUL);

    assertRefused("CKR_ATTRIBUTE_SENSITIVE", () -> thief.attributes(p256, List.of(CKA_VALUE)));
    assertRefused(
        "CKR_ATTRIBUTE_SENSITIVE", () -> thief.attributes(modulus, List.of(CKA_PRIVATE_EXPONENT)));
    for (ObjectHandle key : List.of(p256, modulus)) {
      assertRefused("CKR_KEY_UNEXTRACTABLE", () -> thief.wrap(WRAP, wrappingKey, key));
      assertRefused(
          "CKR_ACTION_PROHIBITED",
          () -> thief.copy(key, Template.empty().with(CKA_SENSITIVE, false)));
      assertRefused(
          "CKR_ACTION_PROHIBITED", () -> thief.copy(key, Template.empty().with(CKA_TOKEN, true)));
      assertRefused(
          "CKR_ATTRIBUTE_READ_ONLY",
          () -> thief.change(key, Template.empty().with(CKA_SENSITIVE, false)));
      assertRefused(
          "CKR_ATTRIBUTE_READ_ONLY",
          () -> thief.change(key, Template.empty().with(CKA_EXTRACTABLE, true)));
    }
  }

  @Test
  void theWrappingKeyDoesNothingElse() {
    byte[] blob = elliptic.blob().toByteArray();

    assertRefused(
        "C_DecryptInit",
        () -> thief.decrypt(Mechanism.of(Constant.CKM_AES_ECB), wrappingKey, blob));
    assertRefused(
        "CKR_ATTRIBUTE_SENSITIVE", () -> thief.attributes(wrappingKey, List.of(CKA_VALUE)));
    assertRefused(
        "CKR_ACTION_PROHIBITED",
        () -> thief.change(wrappingKey, Template.empty().with(CKA_DECRYPT, true)));
    assertRefused(
        "CKR_ACTION_PROHIBITED",
        () -> thief.copy(wrappingKey, Template.empty().with(CKA_DECRYPT, true)));
    assertRefused("CKR_KEY", () -> thief.wrap(WRAP, wrappingKey, wrappingKey));
  }

  @Test
  void noHmacKeyIsReadOrWrapped() throws Exception {
    for (String id : List.of("verify", "activate")) {
      ObjectHandle key =
          thief
              .find(Template.empty().with(CKA_ID, id.getBytes(StandardCharsets.US_ASCII)), 2)
              .getFirst();

      assertRefused("CKR_ATTRIBUTE_SENSITIVE", () -> thief.attributes(key, List.of(CKA_VALUE)));
      assertRefused("CKR_KEY", () -> thief.wrap(WRAP, wrappingKey, key));
      assertRefused(
          "CKR_ACTION_PROHIBITED",
          () -> thief.change(key, Template.empty().with(CKA_EXTRACTABLE, true)));
      assertRefused("CKR_ACTION_PROHIBITED", () -> thief.destroy(key));
    }
  }

  private static void assertRefused(String reason, ThrowingCallable theft) {
    assertThatThrownBy(theft).isInstanceOf(Pkcs11Exception.class).hasMessageContaining(reason);
  }

  private ObjectHandle unwrap(WrappedKey key, Template template) throws Pkcs11Exception {
    Constant type =
        key.algorithm() == SignatureAlgorithm.ECDSA_P256_SHA256.keyAlgorithm()
            ? Constant.CKK_EC
            : Constant.CKK_RSA;
    return thief.unwrap(
        WRAP, wrappingKey, key.blob().toByteArray(), template.with(CKA_KEY_TYPE, type));
  }

  private WrappedKey wrapped(SignatureAlgorithm algorithm) {
    return hsm.citizenKeys()
        .generate(
            algorithm.keyAlgorithm(), publicKey -> CitizenKeysContract.dtbs(algorithm, "request"))
        .wrapped();
  }
}
