package eus.bakq.server.wording;

import java.util.Objects;

/**
 * An e-mail's words. May hold a link that is secret: not shown when printed.
 *
 * @param subject one line
 * @param text plain text; lines end with a line feed
 */
public record EmailText(String subject, String text) {
  public EmailText {
    Objects.requireNonNull(subject);
    Objects.requireNonNull(text);
  }

  @Override
  public String toString() {
    return "[e-mail not shown]";
  }
}
