package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * docs/rules.md says of each rule which tests carry it, or what it waits for. What the rules ask,
 * and the waiting, are in {@code rules.txt}; the tests are found in the sources of all modules.
 */
class RulesDocumentTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Path DOCUMENT = REPOSITORY.resolve("docs/rules.md");
  private static final Path RULES = Path.of("src/test/resources/rules.txt");

  /** Families of which every rule is listed, with their last number. */
  private static final Map<String, Integer> WHOLE = Map.of("OTP", 19, "SAD", 21, "KEY", 18);

  private record Rule(String id, String asks, String waits) {}

  @Test
  void everyRuleIsListedOnceAndSaysWhatItAsks() throws IOException {
    List<Rule> rules = rules();
    Set<String> ids = new HashSet<>();
    for (Rule rule : rules) {
      assertThat(ids.add(rule.id())).as(rule.id() + " twice").isTrue();
      assertThat(rule.asks()).as(rule.id()).isNotBlank().endsWith(".");
    }
    WHOLE.forEach(
        (family, last) -> {
          for (int number = 1; number <= last; number++) {
            assertThat(ids).contains("%s-%02d".formatted(family, number));
          }
        });
  }

  @Test
  void everyRuleIsCarriedByATestOrWaitsForSomething() throws IOException {
    Map<String, SortedSet<String>> carriers = RuleCarriers.in(REPOSITORY);
    List<String> neither =
        rules().stream()
            .filter(rule -> rule.waits().isEmpty() && !carriers.containsKey(rule.id()))
            .map(Rule::id)
            .toList();

    assertThat(neither).as("neither a test nor a reason to wait").isEmpty();
  }

  @Test
  void noTestCarriesARuleThatIsNotListed() throws IOException {
    Set<String> carried = new TreeSet<>(RuleCarriers.in(REPOSITORY).keySet());
    rules().forEach(rule -> carried.remove(rule.id()));

    assertThat(carried).as("add them to " + RULES).isEmpty();
  }

  /** Add {@code -Dbakq.docs.write=true} to the test's arguments to write the document anew. */
  @Test
  void theDocumentIsThatOfTheTests() throws IOException {
    String expected = document();
    if (Boolean.getBoolean("bakq.docs.write")) {
      Files.writeString(DOCUMENT, expected, StandardCharsets.UTF_8);
    }

    assertThat(Files.readString(DOCUMENT, StandardCharsets.UTF_8))
        .as(
            "docs/rules.md; write it anew with: mvn -pl server -am test -Dtest=RulesDocumentTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dbakq.docs.write=true")
        .isEqualTo(expected);
  }

  private static String document() throws IOException {
    Map<String, SortedSet<String>> carriers = RuleCarriers.in(REPOSITORY);
    StringBuilder document =
        new StringBuilder(
            """
            # Rules and their tests

            Ids are those of the requirements catalogue: AUT is authentication, OTP codes by SMS, SAD signature
            activation, KEY keys, TIM time. Of OTP, SAD and KEY every rule is here; of AUT and TIM, those that tests carry.
            A test carries a rule if its display name or its comment has the id, or the comment of its class. What a rule
            asks is told in short; where a part of it waits, the last column says for what (**#5**, **#6**: issues; "later"
            means that no issue has it yet).

            This page is made of the tests and of `server/src/test/resources/rules.txt`; `RulesDocumentTest` holds it to
            them, and fails when a rule has neither a test nor a reason to wait.

            | rule | what it asks | tests | waits |
            | --- | --- | --- | --- |
            """);
    for (Rule rule : rules()) {
      document.append(
          "| %s | %s | %s | %s |\n"
              .formatted(
                  rule.id(),
                  rule.asks(),
                  cell(carriers.getOrDefault(rule.id(), new TreeSet<>())),
                  rule.waits().isEmpty() ? "–" : rule.waits()));
    }
    return document.toString();
  }

  private static String cell(SortedSet<String> tests) {
    return tests.isEmpty() ? "–" : String.join("<br>", tests).replace("|", "\\|");
  }

  /** One rule a line, {@code id | what it asks | what it waits for}; {@code #} begins a comment. */
  private static List<Rule> rules() throws IOException {
    List<Rule> rules = new ArrayList<>();
    for (String line : Files.readAllLines(RULES, StandardCharsets.UTF_8)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split("\\|", -1);
        assertThat(parts).as(line).hasSize(3);
        rules.add(new Rule(parts[0].strip(), parts[1].strip(), parts[2].strip()));
      }
    }
    return rules;
  }
}
