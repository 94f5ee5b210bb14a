package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * After a whole walk, with mistakes in it and one code still good, no secret is in any table nor in
 * the log, in none of the forms in which programs write secrets (LOG-02, OTP-09).
 *
 * <p>Codes have eight digits here: six would be found by chance, in the fractions of times.
 *
 * <p>Not searched for, because it is not secret alone: an activation's id, which is the first third
 * of its link (the other two thirds are searched for); the reference code and the authorisation
 * address, which the sede is given; an interaction's share, half of a ticket's key.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretsTest {
  private static final Path LOG = Path.of("target/demo-tests.log");
  private static final int LINK_ID_SIZE = 16;
  private static final String WRONG_TEMPORARY_PASSWORD = "zzzzz-23456";

  private final Map<String, byte[]> secrets = new LinkedHashMap<>();
  private DemoWorld world;
  private Citizen citizen;
  private Authorising open;
  private Map<String, String> tables;
  private String log;

  @BeforeAll
  void walk() throws Exception {
    world = DemoWorld.start(8, "");
    citizen = world.registeredCitizen();
    activate();
    Sede sede = world.sede(DemoWorld.SEDE_A);
    SignatureRequest signed = sede.ask(BadDocuments.sound());
    Authorising wrong = citizen.open(signed);
    wrong.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    secret("ticket of a wrong password", wrong.ticket());
    secret("wrong code", "98765432");
    Refused.by(() -> wrong.submitCode("98765432"));
    Authorising right = citizen.challenged(signed);
    String code = citizen.nextCode();
    secret("code of a signature", code);
    secret("ticket of a signature", right.ticket());
    right.submitCode(code);
    sede.fetch(signed.getId(), 0);
    open = citizen.challenged(sede.ask(BadDocuments.sound()));
    secret("code that is still good", citizen.nextCode());
    secret("ticket that is still good", open.ticket());
    secret("password", Citizen.PASSWORD);
    secret("wrong password", Citizen.WRONG_PASSWORD);
    for (String role : List.of("custody", "authority", "record")) {
      secrets.put("PIN of " + role, stripped(Files.readAllBytes(world.tokens().pinFile(role))));
    }
    secrets.put(
        "password of the database's owner",
        stripped(Files.readAllBytes(world.configuration().database().ownerPasswordFile())));
    secrets.put(
        "password of the database's runtime",
        stripped(Files.readAllBytes(world.configuration().database().runtimePasswordFile())));
    tables = dump();
    log = Files.readString(LOG);
  }

  private void activate() {
    String token = citizen.linkToken();
    byte[] link = Base64.getUrlDecoder().decode(token);
    secrets.put("activation link", Arrays.copyOfRange(link, LINK_ID_SIZE, link.length));
    secret("activation link as sent", token);
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();
    secret("temporary password as sent", temporary);
    secret("temporary password", temporary.replace("-", ""));
    secret("wrong temporary password", WRONG_TEMPORARY_PASSWORD);
    Refused.by(() -> activating.setPassword(WRONG_TEMPORARY_PASSWORD, Citizen.PASSWORD));
    secret("password that was not accepted", "Password1234");
    Refused.by(() -> activating.setPassword(temporary, "Password1234"));
    activating.setPassword(temporary, Citizen.PASSWORD);
    activating.confirm(Officer.DOCUMENT_EXPIRY);
    activating.acceptTerms();
    activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
    String code = citizen.nextCode();
    secret("code of the activation", code);
    secret("ticket of the activation", activating.ticket());
    activating.submitCode(code);
  }

  private void secret(String name, String text) {
    secrets.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private void secret(String name, ByteString bytes) {
    secrets.put(name, bytes.toByteArray());
  }

  private static byte[] stripped(byte[] file) {
    return new String(file, StandardCharsets.US_ASCII).strip().getBytes(StandardCharsets.US_ASCII);
  }

  private Map<String, String> dump() throws Exception {
    Map<String, String> dumped = new LinkedHashMap<>();
    try (StolenDatabase database = StolenDatabase.of(world)) {
      for (String table : database.tables()) {
        dumped.put(table, String.join("\n", database.rows(table)));
      }
    }
    return dumped;
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  @DisplayName("no table holds a secret")
  void noTableHoldsASecret() {
    assertThat(tables).hasSizeGreaterThan(10);
    assertThat(tables.keySet())
        .contains("outbox_message", "interaction", "interaction_share", "password");

    Set<String> found = new TreeSet<>();
    tables.forEach(
        (table, rows) ->
            secrets.forEach(
                (name, secret) -> {
                  if (isIn(rows, secret)) {
                    found.add(name + " in " + table);
                  }
                }));
    assertThat(found).isEmpty();
  }

  @Test
  @DisplayName("the log holds no secret")
  void theLogHoldsNoSecret() {
    Set<String> found = new TreeSet<>();
    secrets.forEach(
        (name, secret) -> {
          if (isIn(log, secret)) {
            found.add(name);
          }
        });
    assertThat(found).isEmpty();
  }

  @Test
  @DisplayName("LOG-02: the log holds nothing personal either")
  void theLogHoldsNothingPersonal() {
    for (String personal :
        List.of(citizen.dni(), citizen.email(), citizen.mobile(), "Etxeberria")) {
      assertThat(isIn(log, personal.getBytes(StandardCharsets.UTF_8))).as("personal").isFalse();
    }
  }

  @Test
  @DisplayName("what is there is found: text, bytes, log")
  void findsWhatIsThere() {
    assertThat(isIn(tables.get("signer"), citizen.email().getBytes(StandardCharsets.UTF_8)))
        .isTrue();
    assertThat(isIn(tables.get("interaction"), open.program().publicKey().toByteArray())).isTrue();
    assertThat(isIn(log, "the doors are open".getBytes(StandardCharsets.UTF_8))).isTrue();
    byte[] code = "12345678".getBytes(StandardCharsets.US_ASCII);
    String inUtf16 = HexFormat.of().formatHex("12345678".getBytes(StandardCharsets.UTF_16LE));
    for (String form :
        List.of(
            "12345678", "3132333435363738", inUtf16, Base64.getEncoder().encodeToString(code))) {
      assertThat(isIn("(a,\"x" + form + "y\")", code)).as(form).isTrue();
    }
  }

  private static boolean isIn(String text, byte[] secret) {
    String lower = text.toLowerCase(Locale.ROOT);
    return forms(secret).stream().anyMatch(text::contains)
        || hexForms(secret).stream().anyMatch(lower::contains);
  }

  /** As it is, if it is text, and in both kinds of base64. */
  private static List<String> forms(byte[] secret) {
    List<String> forms = new ArrayList<>();
    String text = new String(secret, StandardCharsets.UTF_8);
    if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), secret)) {
      forms.add(text);
    }
    forms.add(Base64.getEncoder().withoutPadding().encodeToString(secret));
    forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    return forms;
  }

  /** Its bytes, and the bytes of its text in UTF-16. */
  private static List<String> hexForms(byte[] secret) {
    byte[] utf16 = new String(secret, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE);
    return List.of(HexFormat.of().formatHex(secret), HexFormat.of().formatHex(utf16));
  }
}
