package eus.bakq.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A script: each answer is one line of the input, in the order of the questions. */
final class StreamTerminal implements Terminal {
  private static final int MAX_LINE_BYTES = 4096;

  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter err;

  /** Reads {@code in} byte by byte and no further than it is asked; give it an unbuffered one. */
  StreamTerminal(InputStream in, PrintWriter out, PrintWriter err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  @Override
  public PrintWriter out() {
    return out;
  }

  @Override
  public PrintWriter err() {
    return err;
  }

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public String ask(String question) {
    byte[] line = line(question);
    out.println(question + ": " + Text.printable(new String(line, StandardCharsets.UTF_8)));
    out.flush();
    return new String(line, StandardCharsets.UTF_8);
  }

  @Override
  public Secret askSecret(String question) {
    Secret secret = Secret.takeOver(line(question));
    if (secret.isEmpty()) {
      throw FailedException.usage("No answer was given to '" + question + "'.");
    }
    out.println(question + ": (given)");
    out.flush();
    return secret;
  }

  private byte[] line(String question) {
    out.flush();
    byte[] buffer = new byte[MAX_LINE_BYTES];
    int size = 0;
    try {
      int next = in.read();
      if (next < 0) {
        throw FailedException.usage("The input ended before the answer to '" + question + "'.");
      }
      while (next >= 0 && next != '\n') {
        if (size == MAX_LINE_BYTES) {
          throw FailedException.usage("The answer to '" + question + "' is too long.");
        }
        buffer[size++] = (byte) next;
        next = in.read();
      }
      if (size > 0 && buffer[size - 1] == '\r') {
        size--;
      }
      return Arrays.copyOf(buffer, size);
    } catch (IOException e) {
      throw FailedException.usage("The input cannot be read.", e);
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }
}
