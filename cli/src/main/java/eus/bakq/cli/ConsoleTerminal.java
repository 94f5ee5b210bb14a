package eus.bakq.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** A person at a keyboard. */
final class ConsoleTerminal implements Terminal {
  private final Console console;
  private final PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);

  ConsoleTerminal(Console console) {
    this.console = console;
  }

  @Override
  public PrintWriter out() {
    return console.writer();
  }

  @Override
  public PrintWriter err() {
    return err;
  }

  @Override
  public boolean isInteractive() {
    return true;
  }

  @Override
  public String ask(String question) {
    String answer = console.readLine("%s: ", question);
    if (answer == null) {
      throw FailedException.usage("No answer was given to '" + question + "'.");
    }
    return answer;
  }

  @Override
  public Secret askSecret(String question) {
    char[] answer = console.readPassword("%s: ", question);
    if (answer == null || answer.length == 0) {
      throw FailedException.usage("No answer was given to '" + question + "'.");
    }
    return Secret.of(answer);
  }
}
