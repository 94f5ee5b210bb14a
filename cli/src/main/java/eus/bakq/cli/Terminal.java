package eus.bakq.cli;

import java.io.PrintWriter;

/** The person or script at the other end. */
interface Terminal {
  /** For results. */
  PrintWriter out();

  /** For what went wrong. */
  PrintWriter err();

  /** Whether a person sees it, so that it may be coloured. */
  boolean isInteractive();

  /**
   * Asks for one line.
   *
   * @throws FailedException if there is none
   */
  String ask(String question);

  /**
   * Asks for a secret, without echo where there is a keyboard. The caller closes it.
   *
   * @throws FailedException if there is none, or it is empty
   */
  Secret askSecret(String question);

  /** Asks for the word {@code yes}; anything else means no. */
  default boolean askYes(String question) {
    return ask(question + " [yes/no]").strip().equalsIgnoreCase("yes");
  }

  /** Writes a result, at once. */
  default void say(String text) {
    out().println(text);
    out().flush();
  }

  /** Writes a heading. */
  default void heading(String text) {
    out().println(isInteractive() ? "\u001b[1m" + text + "\u001b[0m" : text);
  }
}
