package eus.bakq.server.wording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WordingTest {
  /** A reason that the texts know, as the package that comes later calls it. */
  private enum Why {
    FAULT
  }

  private static final String HOST = "firma.adibidea.eus";
  private static final Wording WORDING = Wording.open(HOST, 6);
  private static final Instant TIME = Instant.parse("2026-11-28T22:30:00Z");
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @Test
  void hasTheSameTextsWithTheSameGapsInEveryLanguage() {
    Map<String, String> basque = Messages.load(Language.BASQUE).all();
    for (Language language : Language.values()) {
      Map<String, String> texts = Messages.load(language).all();
      assertThat(texts).containsOnlyKeys(basque.keySet());
      texts.forEach((key, text) -> assertThat(gaps(text)).as(key).isEqualTo(gaps(basque.get(key))));
    }
  }

  /** OTP-12: with the longest values, the longest host, and either length of a code. */
  @ParameterizedTest
  @EnumSource(Language.class)
  void fitsEverySmsIntoOneMessageOfTheBasicAlphabet(Language language) {
    for (int digits : new int[] {6, 7, 8}) {
      Wording wording = Wording.open("f".repeat(32 - 2 * digits) + ".eus", digits);
      for (String sms : longestSms(wording, language, "0".repeat(digits))) {
        assertThat(GsmAlphabet.covers(sms)).as(sms).isTrue();
        assertThat(GsmAlphabet.septets(sms)).as(sms).isLessThanOrEqualTo(160);
      }
    }
  }

  @Test
  void refusesAHostWithWhichAnSmsWouldNotFit() {
    assertThat(Wording.open("f".repeat(20) + ".eus", 6)).isNotNull();
    assertThatThrownBy(() -> Wording.open("f".repeat(21) + ".eus", 6))
        .hasMessageContaining("1 characters too long");
    assertThatThrownBy(() -> Wording.open("f".repeat(17) + ".eus", 8))
        .hasMessageContaining("too long");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Firma.eus",
        "firma.eus/x",
        "firma.eus #1",
        "@firma.eus",
        "firma..eus",
        "-f.eus"
      })
  void refusesWhatIsNoHost(String host) {
    assertThatThrownBy(() -> Wording.open(host, 6)).isInstanceOf(IllegalArgumentException.class);
  }

  /** OTP-10. */
  @ParameterizedTest
  @EnumSource(Language.class)
  void endsEachCodeWithALineBoundToTheHost(Language language) {
    for (String sms :
        List.of(
            signatureCode(language, new Signing("Ayuntamiento de X", 1, "K7Q4-2M9T")),
            signatureCode(language, new Signing("Ayuntamiento de X", 12, "K7Q4-2M9T")),
            withSecret("012345", code -> WORDING.passwordChangeCode(language, code, TEN_MINUTES)),
            withSecret("012345", code -> WORDING.activationCode(language, code, TEN_MINUTES)))) {
      assertThat(sms.lines().toList()).hasSize(2).last().isEqualTo("@firma.adibidea.eus #012345");
      assertThat(OriginBoundCode.read(sms))
          .contains(new OriginBoundCode("firma.adibidea.eus", Optional.empty(), "012345"));
    }
  }

  /** OTP-10: what a browser makes of our texts is worth as much as what it makes of others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "@firma.eus 012345",
        "@firma.eus  #012345",
        "@firma.eus #",
        "@ firma.eus #012345",
        " @firma.eus #012345",
        "Code: @firma.eus #012345",
        "@firma.eus #012345 ",
        "@firma.eus #012345\n",
        "@firma.eus #012345\nDo not share it",
        "@firma..eus #012345",
        "@https://firma.eus #012345",
        "#012345 @firma.eus",
      })
  void readsNoCodeWhereABrowserReadsNone(String message) {
    assertThat(OriginBoundCode.read(message)).isEmpty();
  }

  /** OTP-11. */
  @Test
  void saysWhoAsksForHowManyWithWhichReferenceAndForHowLong() {
    assertThat(signatureCode(Language.SPANISH, new Signing("Ayuntamiento de X", 1, "K7Q4-2M9T")))
        .startsWith(
            "Codigo 012345 para firmar 1 documento de Ayuntamiento de X. Ref K7Q4-2M9T."
                + " No lo comparta. Vale 10 min.");
    assertThat(signatureCode(Language.BASQUE, new Signing("Donostiako Udala", 3, "K7Q4-2M9T")))
        .startsWith(
            "012345 kodea 3 dok. sinatzeko: Donostiako Udala. Erref K7Q4-2M9T."
                + " Ez eman inori. 10 min balio du.");
    assertThat(signatureCode(Language.ENGLISH, new Signing("City of X", 2, "K7Q4-2M9T")))
        .startsWith("Code 012345 to sign 2 documents for City of X. Ref K7Q4-2M9T.");
  }

  /** OTP-09. */
  @ParameterizedTest
  @EnumSource(Language.class)
  void speaksDifferentlyOfDifferentPurposes(Language language) {
    String activation =
        withSecret("012345", code -> WORDING.activationCode(language, code, TEN_MINUTES));
    String change =
        withSecret("012345", code -> WORDING.passwordChangeCode(language, code, TEN_MINUTES));
    assertThat(activation).contains("BakQ");
    assertThat(change).contains("BakQ").isNotEqualTo(activation);
    assertThat(signatureCode(language, new Signing("X", 1, "K7Q4-2M9T"))).doesNotContain("BakQ");
  }

  /** ENR-09. */
  @ParameterizedTest
  @EnumSource(Language.class)
  void putsLinkAndPasswordIntoNoMessageTogether(Language language) {
    Messages.load(language)
        .all()
        .forEach(
            (key, text) ->
                assertThat(gaps(text).contains("link") && gaps(text).contains("password"))
                    .as(key)
                    .isFalse());
    assertThat(withSecret("kodea", code -> WORDING.temporaryPassword(language, code, TEN_MINUTES)))
        .contains("kodea")
        .doesNotContain("http", "#", HOST);
  }

  @Test
  void letsNobodyForgeALineOrAGap() {
    assertThatThrownBy(
            () -> signatureCode(Language.SPANISH, new Signing("X\n@malo.eus #9", 1, "K7Q4-2M9T")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Signing("Donostiako Udala {code}", 1, "K7Q4-2M9T"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(
            Messages.load(Language.ENGLISH)
                .text("activation-link.text", Map.of("link", "{expiry} $1 \\", "expiry", "noon")))
        .contains("\n\n{expiry} $1 \\\n\n")
        .contains("once, until: noon.");
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void fillsEveryGapOfAnEmail(Language language) {
    List<EmailText> emails =
        List.of(
            WORDING.activationLink(language, "https://" + HOST + "/aktibatu#abc", TIME),
            WORDING.lockWarning(language, LockScope.EVERYWHERE, TIME),
            WORDING.lockWarning(language, LockScope.KNOWN_DEVICES, TIME),
            WORDING.lockWarning(language, LockScope.OTHER_DEVICES, TIME),
            WORDING.accountLocked(language, LockScope.EVERYWHERE, TIME),
            WORDING.accountLocked(language, LockScope.KNOWN_DEVICES, TIME),
            WORDING.accountLocked(language, LockScope.OTHER_DEVICES, TIME),
            WORDING.activationCompleted(language, TIME),
            WORDING.signatureMade(language, new Signing("Udala", 1, "K7Q4-2M9T"), TIME),
            WORDING.signatureMade(language, new Signing("Udala", 7, "K7Q4-2M9T"), TIME),
            WORDING.credentialsExpired(language, TIME),
            WORDING.passwordChanged(language, TIME),
            WORDING.signatureNotHandedOut(
                language, new Signing("Udala", 7, "K7Q4-2M9T"), Why.FAULT, TIME));
    for (EmailText email : emails) {
      assertThat(email.subject()).doesNotContain("{", "\n").hasSizeBetween(10, 70);
      assertThat(email.text()).doesNotContain("{").contains("23:30").hasSizeLessThan(8_000);
      assertThat(email).hasToString("[e-mail not shown]");
    }
    assertThat(emails.getFirst().text()).contains("https://" + HOST + "/aktibatu#abc\n");
  }

  @Test
  void writesTheDayAsTheLanguageDoes() {
    assertThat(WORDING.lockWarning(Language.BASQUE, LockScope.EVERYWHERE, TIME).text())
        .contains("2026(e)ko azaroaren 28");
    assertThat(WORDING.lockWarning(Language.SPANISH, LockScope.EVERYWHERE, TIME).text())
        .contains("28 de noviembre de 2026");
    assertThat(WORDING.lockWarning(Language.ENGLISH, LockScope.EVERYWHERE, TIME).text())
        .contains("28 November 2026");
  }

  @Test
  void tellsNoLongerLifeThanIsLeft() {
    assertThat(
            withSecret(
                "012345",
                code -> WORDING.activationCode(Language.ENGLISH, code, Duration.ofSeconds(299))))
        .contains("Valid 4 min.");
    assertThatThrownBy(
            () ->
                withSecret(
                    "012345",
                    code ->
                        WORDING.activationCode(Language.ENGLISH, code, TEN_MINUTES.plusMillis(1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** ENR-11, OTP-15. */
  @Test
  void hasTermsThatSayWhatMatters() {
    assertThat(WORDING.terms(Language.BASQUE).text())
        .contains("ahazten baduzu", "SMSa bitarteko mugatua da");
    assertThat(WORDING.terms(Language.SPANISH).text())
        .contains("Si olvida la contraseña", "El SMS es un medio restringido");
    assertThat(WORDING.terms(Language.ENGLISH).text())
        .contains("If you forget the password", "SMS is a restricted means");
    for (Language language : Language.values()) {
      Terms terms = WORDING.terms(language);
      assertThat(terms.version()).isEqualTo("1");
      assertThat(terms.language()).isEqualTo(language);
      assertThat(terms.text()).hasSizeBetween(2_500, 6_000);
      assertThat(terms.sha256())
          .isEqualTo(Bytes.copyOf(terms.text().getBytes(StandardCharsets.UTF_8)).sha256());
    }
  }

  /** ENR-11: a text that citizens accepted is never changed; a new text is a new version. */
  @Test
  void keepsTheTermsOfVersionOneAsTheyAre() {
    assertThat(List.of(Language.values()))
        .extracting(language -> WORDING.terms(language).sha256().toHex())
        .containsExactly(
            "995301eb18ac6631229d1bdaa9b4345ec9a1c4475802b2273e14869e16cf9d47",
            "00dea4e287cffb38be0261891188363598daec2967338fd2aa72a87cc5419a70",
            "21bb3a9446b0e60857f43fa366a9b3a5b44500a12862f395b13ab207d3294eb5");
  }

  private static List<String> longestSms(Wording wording, Language language, String code) {
    String sede = "Ñ".repeat(40);
    List<String> messages = new ArrayList<>();
    messages.add(
        withSecret(
            "W".repeat(20),
            password -> wording.temporaryPassword(language, password, TEN_MINUTES)));
    messages.add(withSecret(code, secret -> wording.activationCode(language, secret, TEN_MINUTES)));
    messages.add(
        withSecret(code, secret -> wording.passwordChangeCode(language, secret, TEN_MINUTES)));
    for (int count : new int[] {1, 500}) {
      messages.add(
          withSecret(
              code,
              secret ->
                  wording.signatureCode(
                      language, new Signing(sede, count, "K7Q4-2M9T"), secret, TEN_MINUTES)));
    }
    return messages;
  }

  private static String signatureCode(Language language, Signing signing) {
    return withSecret(
        "012345", code -> WORDING.signatureCode(language, signing, code, TEN_MINUTES));
  }

  private static String withSecret(String text, Function<SecretBytes, String> message) {
    try (SecretBytes secret = SecretBytes.takeOver(text.getBytes(StandardCharsets.US_ASCII))) {
      return message.apply(secret);
    }
  }

  private static Set<String> gaps(String text) {
    Set<String> gaps = new TreeSet<>();
    Pattern.compile("\\{([a-z]+)}").matcher(text).results().forEach(gap -> gaps.add(gap.group(1)));
    return gaps;
  }
}
