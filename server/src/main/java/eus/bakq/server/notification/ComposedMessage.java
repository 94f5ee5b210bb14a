package eus.bakq.server.notification;

import java.util.Objects;

/**
 * A message ready to leave. May hold a code or a link: never logged, never stored.
 *
 * @param recipient an E.164 number or an e-mail address, by the channel
 * @param subject empty for SMS
 * @param text at most 160 septets of GSM 03.38 for SMS; at most 8,000 characters for e-mail
 */
public record ComposedMessage(Channel channel, String recipient, String subject, String text) {
  public ComposedMessage {
    Objects.requireNonNull(channel);
    Objects.requireNonNull(recipient);
    Objects.requireNonNull(subject);
    Objects.requireNonNull(text);
  }

  @Override
  public String toString() {
    return channel + " message [not shown]";
  }
}
