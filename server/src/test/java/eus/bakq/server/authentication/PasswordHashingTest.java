package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AUT-02, AUT-05, AUT-07. */
final class PasswordHashingTest {
  private static final Bytes SALT =
      Bytes.copyOf("somesaltsomesalt".getBytes(StandardCharsets.US_ASCII));
  private static final Argon2Parameters CHEAPEST = new Argon2Parameters(7_168, 5);
  private static final Duration SHORT = Duration.ofMillis(1);

  @ParameterizedTest
  @CsvSource({
    "password,2,65536,fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2",
    "password,2,19456,2b5dc4054886ec957ef59c73b661c54dd6fb274590b278f657c6d96aac8fa6d1",
    "contraseña,3,65536,ea433cde4e43e66380e038f88a2ed4af2f49fd4c74158367d9529b926c0258f7"
  })
  void givesTheAnswersOfTheReferenceImplementation(
      String password, int iterations, int memory, String expected) {
    assertThat(hash(open(1, 0), password, new Argon2Parameters(memory, iterations)))
        .isEqualTo(expected);
  }

  @Test
  void agreesWithAnotherLibraryThatKnowsThePublishedVector() {
    assertThat(
            bouncyCastle(
                "password".getBytes(StandardCharsets.US_ASCII),
                "somesalt".getBytes(StandardCharsets.US_ASCII),
                new Argon2Parameters(65_536, 2)))
        .isEqualTo("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    String longest = "ñ".repeat(128);
    assertThat(hash(open(1, 0), longest, CHEAPEST))
        .isEqualTo(
            bouncyCastle(longest.getBytes(StandardCharsets.UTF_8), SALT.toByteArray(), CHEAPEST));
  }

  @Test
  void takesThePasswordInOneFormHoweverItWasTyped() {
    PasswordHashing hashing = open(1, 0);
    assertThat(hash(hashing, "contrasen\u0303a", CHEAPEST))
        .isEqualTo(hash(hashing, "contrase\u00F1a", CHEAPEST));
    assertThat(hash(hashing, "\uFB01rma", CHEAPEST)).isEqualTo(hash(hashing, "firma", CHEAPEST));
    assertThat(hash(hashing, "Firma", CHEAPEST)).isNotEqualTo(hash(hashing, "firma", CHEAPEST));
  }

  @Test
  void usesTheWholePasswordToTheLastCharacter() {
    PasswordHashing hashing = open(1, 0);
    assertThat(hash(hashing, "a".repeat(128), CHEAPEST))
        .isNotEqualTo(hash(hashing, "a".repeat(127) + "b", CHEAPEST));
  }

  @Test
  void refusesWhatIsNoTextOrTooLong() {
    try (PasswordHashing.Turn turn = open(1, 0).awaitTurn()) {
      for (byte[] wrong :
          new byte[][] {{(byte) 0xC3, 0x28}, {(byte) 0xF0, (byte) 0x9F}, new byte[513]}) {
        assertThatThrownBy(() -> turn.hash(SecretBytes.takeOver(wrong), SALT, CHEAPEST))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void refusesParametersThatAskForMoreMemoryThanIsGiven() {
    try (PasswordHashing.Turn turn = open(1, 0).awaitTurn()) {
      assertThatThrownBy(
              () ->
                  turn.hash(
                      secret("password"),
                      SALT,
                      new Argon2Parameters(Argon2Parameters.STANDARD.memoryKibibytes() + 1, 5)))
          .hasMessageContaining("too much memory");
    }
  }

  @Test
  void turnsAwayAtOnceWhoeverFindsTheQueueFull() {
    PasswordHashing hashing = open(2, 0);
    try (PasswordHashing.Turn first = hashing.awaitTurn();
        PasswordHashing.Turn second = hashing.awaitTurn()) {
      assertThat(first).isNotSameAs(second);
      assertThatThrownBy(hashing::awaitTurn)
          .isInstanceOfSatisfying(
              UnavailableException.class,
              e -> assertThat(e.kind()).isEqualTo(UnavailableException.Kind.OVERLOADED));
    }
    try (PasswordHashing.Turn again = hashing.awaitTurn()) {
      assertThat(hash(again, "password", CHEAPEST)).hasSize(64);
    }
  }

  @Test
  void turnsAwayWhoeverWaitedTooLongAndForgetsThatHeWaited() {
    PasswordHashing hashing = open(1, 1);
    try (PasswordHashing.Turn only = hashing.awaitTurn()) {
      assertThat(only).isNotNull();
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(hashing::awaitTurn).isInstanceOf(UnavailableException.class);
      }
    }
    hashing.awaitTurn().close();
  }

  @Test
  void turnsAwayTheSecondOfAQueueOfOneAndGivesTheFirstItsTurn() throws Exception {
    PasswordHashing hashing =
        PasswordHashing.open(
            new PasswordHashingSettings(
                CHEAPEST, CHEAPEST.memoryKibibytes(), 1, 1, Duration.ofSeconds(2)));
    PasswordHashing.Turn taken = hashing.awaitTurn();
    CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> hashing.awaitTurn().close());
    while (hashing.waiting() == 0 && !waiter.isDone()) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(hashing::awaitTurn).isInstanceOf(UnavailableException.class);
    taken.close();
    waiter.get();
  }

  @Test
  void givesBackATurnOnceAndHashesNothingAfterwards() {
    PasswordHashing hashing = open(1, 0);
    PasswordHashing.Turn turn = hashing.awaitTurn();
    turn.close();
    turn.close();
    try (PasswordHashing.Turn next = hashing.awaitTurn()) {
      assertThat(next).isNotNull();
      assertThatThrownBy(hashing::awaitTurn).isInstanceOf(UnavailableException.class);
    }
    assertThatThrownBy(() -> hash(turn, "password", CHEAPEST))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsTheInterruptionOfAThreadThatWaits() throws Exception {
    PasswordHashing hashing = open(1, 1);
    PasswordHashing.Turn only = hashing.awaitTurn();
    CompletableFuture<Boolean> interrupted =
        CompletableFuture.supplyAsync(
            () -> {
              Thread.currentThread().interrupt();
              try {
                hashing.awaitTurn().close();
                return false;
              } catch (UnavailableException e) {
                return Thread.interrupted()
                    && e.kind() == UnavailableException.Kind.TEMPORARILY_UNAVAILABLE;
              }
            });
    try {
      assertThat(interrupted.get()).isTrue();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } finally {
      only.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "47103,1",
    "19455,2",
    "12287,3",
    "9215,4",
    "7167,5",
    "7167,16",
    "65536,0",
    "65536,17",
    "1048577,3"
  })
  void refusesParametersBelowTheOwaspMinimumOrWithoutBound(int memory, int iterations) {
    assertThatThrownBy(() -> new Argon2Parameters(memory, iterations))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesParametersAsTextAndReadsThemBack() {
    assertThat(Argon2Parameters.STANDARD.text()).isEqualTo("$argon2id$v=19$m=65536,t=5,p=1");
    assertThat(Argon2Parameters.parse("$argon2id$v=19$m=19456,t=2,p=1"))
        .isEqualTo(new Argon2Parameters(19_456, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "$argon2i$v=19$m=65536,t=3,p=1",
        "$argon2id$v=16$m=65536,t=3,p=1",
        "$argon2id$v=19$m=65536,t=3,p=2",
        "$argon2id$v=19$m=1024,t=1,p=1",
        "$argon2id$v=19$m=999999999999,t=3,p=1"
      })
  void refusesTextThatIsNotOurs(String text) {
    assertThatThrownBy(() -> Argon2Parameters.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void boundsItsSettings() {
    assertThatThrownBy(() -> settings(0, 0)).hasMessageContaining("concurrent");
    assertThatThrownBy(() -> settings(65, 0)).hasMessageContaining("concurrent");
    assertThatThrownBy(() -> settings(1, 1001)).hasMessageContaining("waiting");
    assertThatThrownBy(
            () ->
                new PasswordHashingSettings(
                    Argon2Parameters.STANDARD, 65_535, 1, 1, Duration.ofSeconds(1)))
        .hasMessageContaining("maximumMemoryKibibytes");
    assertThatThrownBy(
            () ->
                new PasswordHashingSettings(
                    Argon2Parameters.STANDARD, 65_536, 1, 1, Duration.ofMillis(2001)))
        .hasMessageContaining("longestWait");
  }

  private static PasswordHashing open(int concurrent, int waiting) {
    return PasswordHashing.open(settings(concurrent, waiting));
  }

  private static PasswordHashingSettings settings(int concurrent, int waiting) {
    return new PasswordHashingSettings(
        Argon2Parameters.STANDARD,
        Argon2Parameters.STANDARD.memoryKibibytes(),
        concurrent,
        waiting,
        SHORT);
  }

  private static String hash(
      PasswordHashing hashing, String password, Argon2Parameters parameters) {
    try (PasswordHashing.Turn turn = hashing.awaitTurn()) {
      return hash(turn, password, parameters);
    }
  }

  private static String hash(
      PasswordHashing.Turn turn, String password, Argon2Parameters parameters) {
    try (SecretBytes typed = secret(password);
        SecretBytes hash = turn.hash(typed, SALT, parameters)) {
      assertThat(hash.size()).isEqualTo(PasswordHashing.RESULT_SIZE);
      return hash.use(HexFormat.of()::formatHex);
    }
  }

  private static SecretBytes secret(String password) {
    return SecretBytes.takeOver(password.getBytes(StandardCharsets.UTF_8));
  }

  private static String bouncyCastle(byte[] password, byte[] salt, Argon2Parameters parameters) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new org.bouncycastle.crypto.params.Argon2Parameters.Builder(
                org.bouncycastle.crypto.params.Argon2Parameters.ARGON2_id)
            .withIterations(parameters.iterations())
            .withMemoryAsKB(parameters.memoryKibibytes())
            .withParallelism(1)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[32];
    generator.generateBytes(password, hash);
    return HexFormat.of().formatHex(hash);
  }
}
