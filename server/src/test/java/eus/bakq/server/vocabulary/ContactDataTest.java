package eus.bakq.server.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ENR-03: what may be sent to, and what may not. */
final class ContactDataTest {

  @ParameterizedTest
  @ValueSource(strings = {"+34600000001", "+34712345678", "+33612345678", "+4915112345678"})
  void acceptsMobileNumbers(String number) {
    assertThat(new MobileNumber(number).value()).isEqualTo(number);
  }

  @Test
  void readsAMobileNumberAsPeopleWriteIt() {
    assertThat(MobileNumber.parse("+34 600-00.00 (01)").value()).isEqualTo("+34600000001");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "600000001",
        "0034600000001",
        "+34943000000",
        "+34512345678",
        "+34701234567",
        "+3460000000",
        "+346000000012",
        "+34803000000",
        "+0600000001",
        "+1234567",
        "+1234567890123456",
        "+88212345678",
        "+97912345678",
        "+80012345678",
        "+34\u0666\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0661",
        "+34600000001\n"
      })
  void refusesNumbersThatCannotTakeACode(String number) {
    assertThatThrownBy(() -> MobileNumber.parse(number))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsOnlyTheLastThreeDigits() {
    assertThat(new MobileNumber("+34600000123").masked()).isEqualTo("······123");
    assertThat(new MobileNumber("+34600000123")).hasToString("······123");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b.eus",
        "ane.etxeberria+bakq@posta.adibidea.eus",
        "o'neill@example.org",
        "x_y-z@sub-domain.example.co.uk"
      })
  void acceptsAddresses(String address) {
    assertThat(new EmailAddress(address).value()).isEqualTo(address);
  }

  @Test
  void keepsTheDomainInSmallLettersAndTheNameAsItIs() {
    assertThat(new EmailAddress("Ane@Adibidea.EUS").value()).isEqualTo("Ane@adibidea.eus");
    assertThat(new EmailAddress("Ane@Adibidea.EUS").localPart()).isEqualTo("Ane");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@b.eus",
        "a@",
        "a",
        "a@@b.eus",
        "a@b@c.eus",
        "a b@c.eus",
        "Ane <ane@b.eus>",
        "ane@b.eus,eve@c.eus",
        "\"a\"@b.eus",
        "a@b",
        "a@-b.eus",
        "a@b-.eus",
        "a@b..eus",
        ".a@b.eus",
        "a.@b.eus",
        "a..a@b.eus",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@b.eus\r\nBcc: eve@c.eus",
        "a\u0000@b.eus",
        "ñ@b.eus",
        "a@b\u202E.eus"
      })
  void refusesWhatIsNoPlainAddress(String address) {
    assertThatThrownBy(() -> new EmailAddress(address))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundsAnAddressAndItsParts() {
    String domain = ("a".repeat(60) + ".").repeat(3) + "eus";
    assertThat(new EmailAddress("a".repeat(64) + "@" + domain).value()).hasSizeLessThan(255);
    assertThatThrownBy(() -> new EmailAddress("a".repeat(65) + "@b.eus"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EmailAddress("a@" + ("b".repeat(60) + ".").repeat(5) + "eus"))
        .hasMessageContaining("254");
  }

  @Test
  void hidesTheNameOfAnAddress() {
    assertThat(new EmailAddress("ane@adibidea.eus")).hasToString("a···@adibidea.eus");
  }
}
