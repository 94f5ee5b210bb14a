package eus.bakq.server.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Language;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RegisteredCallersTest {
  private static final CallerQuotas QUOTAS = new CallerQuotas(60, 20, 100);

  @Test
  void findsACallerByItsCertificateAndItsName() {
    RegisteredCaller sede = sede("sede-a", 1);
    RegisteredCallers callers = new RegisteredCallers(List.of(sede, sede("sede-b", 2)));

    assertThat(callers.byCertificate(hash(1))).contains(sede);
    assertThat(callers.byCertificate(hash(3))).isEmpty();
    assertThat(callers.byName(new CallerName("sede-a"))).contains(sede);
    assertThat(callers.byName(new CallerName("sede-c"))).isEmpty();
  }

  @Test
  void nobodyActsAsTwoAndNoTwoAsOne() {
    assertThatThrownBy(() -> new RegisteredCallers(List.of(sede("sede-a", 1), sede("sede-a", 2))))
        .hasMessage("sede-a is registered twice");
    assertThatThrownBy(() -> new RegisteredCallers(List.of(sede("sede-a", 1), sede("sede-b", 1))))
        .hasMessage("sede-b and sede-a have the same certificate");
  }

  @Test
  void displayNamesAreWhatAnSmsCanSayInOneLine() {
    // OTP-12: neither á nor í is in the basic alphabet.
    for (String name :
        List.of("", " ", "Diputación".replace("ó", "á"), "a\nb", "x".repeat(41), "€")) {
      assertThatThrownBy(() -> sede("sede-a", Map.of(Language.SPANISH, name)))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    RegisteredCaller caller = sede("sede-a", Map.of(Language.SPANISH, "Diputacion de España"));
    assertThat(caller.displayName(Language.SPANISH)).isEqualTo("Diputacion de España");
    assertThat(caller.displayName(Language.BASQUE)).isEqualTo("sede-a");
  }

  /** ENR-06: without the officer's own number it could not be seen that he registers himself. */
  @Test
  void anOfficerHasADniAndNobodyElseHasOne() {
    RegisteredCaller unnamed = caller(CallerRole.REGISTRATION_OFFICER, Optional.empty());
    assertThatThrownBy(() -> new RegisteredCallers(List.of(unnamed)))
        .hasMessage("one is an officer without a DNI");
    assertThatThrownBy(() -> caller(CallerRole.SEDE, Optional.of("12345678Z")))
        .isInstanceOf(IllegalArgumentException.class);
    RegisteredCaller officer = caller(CallerRole.REGISTRATION_OFFICER, Optional.of("12345678Z"));
    assertThat(new RegisteredCallers(List.of(officer)).all()).containsExactly(officer);
  }

  @Test
  void aCertificateIsNamedByAWholeHash() {
    assertThatThrownBy(
            () ->
                new RegisteredCaller(
                    new CallerName("sede-a"),
                    CallerRole.SEDE,
                    Bytes.copyOf(new byte[20]),
                    Map.of(),
                    Optional.empty(),
                    QUOTAS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static RegisteredCaller caller(CallerRole role, Optional<String> dni) {
    return new RegisteredCaller(new CallerName("one"), role, hash(1), Map.of(), dni, QUOTAS);
  }

  private static RegisteredCaller sede(String name, int certificate) {
    return new RegisteredCaller(
        new CallerName(name),
        CallerRole.SEDE,
        hash(certificate),
        Map.of(),
        Optional.empty(),
        QUOTAS);
  }

  private static RegisteredCaller sede(String name, Map<Language, String> displayNames) {
    return new RegisteredCaller(
        new CallerName(name), CallerRole.SEDE, hash(1), displayNames, Optional.empty(), QUOTAS);
  }

  private static Bytes hash(int certificate) {
    return Bytes.copyOf(new byte[] {(byte) certificate}).sha256();
  }
}
