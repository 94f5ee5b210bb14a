package eus.bakq.pkcs11;

import static eus.bakq.pkcs11.AttributeType.CKA_ALLOWED_MECHANISMS;
import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_LOCAL;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE_LEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TemplateTest {
  private static final Template EACH_FORM =
      Template.empty()
          .with(CKA_TOKEN, true)
          .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
          .with(CKA_VALUE_LEN, 32)
          .with(CKA_LABEL, "a label")
          .with(CKA_ID, new byte[] {1, (byte) 0xab})
          .with(CKA_ALLOWED_MECHANISMS, Constant.CKM_SHA256_HMAC)
          .with(CKA_UNWRAP_TEMPLATE, Template.empty().with(CKA_CLASS, Constant.CKO_PRIVATE_KEY));

  @Test
  void hasAReadableForm() {
    assertThat(EACH_FORM.toReadable())
        .isEqualTo(
            Map.of(
                "CKA_TOKEN",
                true,
                "CKA_CLASS",
                "CKO_SECRET_KEY",
                "CKA_VALUE_LEN",
                32L,
                "CKA_LABEL",
                "a label",
                "CKA_ID",
                "01ab",
                "CKA_ALLOWED_MECHANISMS",
                List.of("CKM_SHA256_HMAC"),
                "CKA_UNWRAP_TEMPLATE",
                Map.of("CKA_CLASS", "CKO_PRIVATE_KEY")));
  }

  @Test
  void isReadBackFromItsReadableForm() {
    assertThat(Template.fromReadable(EACH_FORM.toReadable())).isEqualTo(EACH_FORM);
  }

  @Test
  void refusesUnknownNamesAndOtherForms() {
    for (Map<String, Object> wrong :
        List.of(
            Map.<String, Object>of("CKA_TOKENS", true),
            Map.<String, Object>of("CKA_TOKEN", "true"),
            Map.<String, Object>of("CKA_TOKEN", 1),
            Map.<String, Object>of("CKA_CLASS", "CKK_AES"),
            Map.<String, Object>of("CKA_CLASS", "CKO_NOTHING"),
            Map.<String, Object>of("CKA_ID", "not hexadecimal"),
            Map.<String, Object>of("CKA_LABEL", 3.5))) {
      assertThatThrownBy(() -> Template.fromReadable(wrong))
          .as(wrong.toString())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void leavesOutWhatTheTokenSets() {
    assertThat(EACH_FORM.with(CKA_LOCAL, true).withoutSetByToken()).isEqualTo(EACH_FORM);
  }

  @Test
  void doesNotShowBytes() {
    assertThat(Template.empty().with(CKA_VALUE, new byte[] {7, 7, 7}).toString())
        .isEqualTo("{CKA_VALUE=3 bytes}");
  }
}
