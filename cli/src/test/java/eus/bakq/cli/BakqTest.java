package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, as scripts start it: without a terminal. */
class BakqTest {
  @TempDir Path folder;

  private record Ended(int exitCode, String output) {}

  @Test
  void explainsItselfAndItsExitCodes() throws Exception {
    Ended ended = bakq("--help");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.output())
        .contains("sede", "registration", "activate", "authorise", "password")
        .contains("phone", "mailbox", "audit")
        .contains("self-test")
        .contains("refused", "not available now")
        .doesNotContain("\u001b");
  }

  @Test
  void saysWhichFileCannotBeUsedAndNeverShowsAStack() throws Exception {
    Path connection = folder.resolve("connection");
    java.nio.file.Files.writeString(
        connection, "authority = ca.pem\nsigner.address = 127.0.0.1:1\n");
    Ended noAuthority = bakq("--connection", connection.toString(), "phone", "+34612345678");
    assertThat(noAuthority.exitCode()).isEqualTo(2);
    assertThat(noAuthority.output()).contains("cannot be read or used").doesNotContain("\tat ");
  }

  @Test
  void asksForACommand() throws Exception {
    assertThat(bakq().exitCode()).isEqualTo(2);
    assertThat(bakq("sede").exitCode()).isEqualTo(2);
  }

  private Ended bakq(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "eus.bakq.cli.Bakq"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), output);
  }
}
