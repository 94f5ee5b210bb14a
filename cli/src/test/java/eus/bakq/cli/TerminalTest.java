package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final StringWriter out = new StringWriter();

  @Test
  void readsAnswersLineByLineAndNeverShowsASecret() {
    Terminal terminal = terminal("DNI\r\nñandú €🔑\nlast");
    assertThat(terminal.ask("one")).isEqualTo("DNI");
    try (Secret secret = terminal.askSecret("two")) {
      assertThat(secret.bytes().toStringUtf8()).isEqualTo("ñandú €🔑");
      assertThat(secret).hasToString("[secret]");
    }
    assertThat(terminal.ask("three")).isEqualTo("last");
    assertThatThrownBy(() -> terminal.ask("four")).hasMessageContaining("'four'");
    assertThat(out.toString()).contains("one: DNI").doesNotContain("ñandú");
  }

  @Test
  void boundsAnAnswer() {
    assertThatThrownBy(() -> terminal("x".repeat(4097)).ask("one"))
        .hasMessageContaining("too long");
  }

  @Test
  void wipesSecrets() {
    char[] typed = "larunbat €🔑".toCharArray();
    Secret secret = Secret.of(typed);
    var bytes = secret.bytes();
    assertThat(bytes.toStringUtf8()).isEqualTo("larunbat €🔑");
    assertThat(typed).containsOnly('\0');
    secret.close();
    assertThat(bytes.toByteArray()).containsOnly((byte) 0);
  }

  @Test
  void refusesASecretThatIsNoText() {
    assertThatThrownBy(() -> Secret.of(new char[] {'a', '\ud800'}))
        .isInstanceOf(FailedException.class);
  }

  @Test
  void alignsColumns() {
    assertThat(Text.table(List.of(List.of("a", "bb"), List.of("ccc", "d"))))
        .isEqualTo("a    bb\nccc  d\n");
  }

  private Terminal terminal(String input) {
    return new StreamTerminal(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintWriter(out, true),
        new PrintWriter(new StringWriter()));
  }
}
