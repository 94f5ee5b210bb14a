package eus.bakq.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.fixtures.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pkcs11ModuleTest {
  @Test
  void initialisesATokenUnderItsLabel() throws Exception {
    TestToken token = TestToken.named("module-label");

    TokenDescription description = token.module().token(token.slot());

    assertThat(description.label()).isEqualTo("module-label");
    assertThat(description.initialised()).isTrue();
    assertThat(description.serial()).isNotEmpty();
    assertThat(description.minimumPinSize()).isPositive();
    assertThat(description.maximumPinSize()).isGreaterThan(description.minimumPinSize());
    assertThat(token.module().tokens()).contains(description);
  }

  @Test
  void opensAModuleThatIsInitialisedAlready() throws Exception {
    Pkcs11Module.open(SoftHsm.shared().module());

    Pkcs11Module again = Pkcs11Module.open(SoftHsm.shared().module());

    assertThat(again.describe().manufacturer()).isEqualTo("SoftHSM");
    assertThat(again.describe().version()).startsWith("2.");
  }

  @Test
  void saysWhatATokenCanDo() throws Exception {
    TestToken token = TestToken.named("module-mechanisms");

    assertThat(token.module().mechanisms(token.slot()))
        .contains(Constant.CKM_ECDSA.value(), Constant.CKM_AES_KEY_WRAP_PAD.value());
    assertThat(token.module().mechanism(token.slot(), Constant.CKM_RSA_PKCS).maximumKeySize())
        .isGreaterThanOrEqualTo(3072);
    assertThat(token.module().describeSlot(token.slot())).isNotEmpty();
  }

  @Test
  void refusesALabelThatDoesNotFit() throws Exception {
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());

    assertThatThrownBy(() -> module.initialiseToken(0, new byte[8], "x".repeat(33)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAFileThatIsNoModule(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("libnothing.so"), "nothing");

    assertThatThrownBy(() -> Pkcs11Module.open(file)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesAWrongPinWhichIsNeverToBeRetried() throws Exception {
    TestToken token = TestToken.named("module-wrong-pin");

    try (Pkcs11Session session = token.module().openSession(token.slot())) {
      Pkcs11Exception refused =
          catchThrowableOfType(
              Pkcs11Exception.class, () -> session.login(new byte[] {'9', '9', '9', '9'}));

      assertThat(refused.is(ReturnCode.CKR_PIN_INCORRECT)).isTrue();
      assertThat(refused.reaction()).isEqualTo(Reaction.NEVER_RETRY);
      assertThat(refused).hasMessage("C_Login returned CKR_PIN_INCORRECT");
    }
  }

  @Test
  void takesAVendorsOwnCodeAsAReasonToRecover() {
    Pkcs11Exception exception = new Pkcs11Exception("C_Sign", 0x80000001L);

    assertThat(exception.code()).isEmpty();
    assertThat(exception.reaction()).isEqualTo(Reaction.RECOVER);
    assertThat(exception).hasMessage("C_Sign returned 0x80000001");
  }
}
