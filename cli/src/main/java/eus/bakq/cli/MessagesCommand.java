package eus.bakq.cli;

import com.google.protobuf.Timestamp;
import eus.bakq.demo.v1.Channel;
import eus.bakq.demo.v1.ListMessagesRequest;
import eus.bakq.demo.v1.Message;
import eus.bakq.demo.v1.MessageServiceGrpc;
import eus.bakq.demo.v1.MessageServiceGrpc.MessageServiceBlockingStub;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The demo's phone and mailbox; at a demo server only. */
@Command(sortOptions = false)
final class MessagesCommand implements Callable<Integer> {
  private static final Duration POLLING = Duration.ofMillis(300);
  private static final Duration MAX_WAIT = Duration.ofMinutes(2);
  private static final int PAGE = 100;

  /** The line that phones read a code from by themselves. */
  private static final Pattern LAST_LINE = Pattern.compile("(?m)^@\\S+ #(\\S+)\\s*\\z");

  /** Else the first word of six characters or more that has a digit. */
  private static final Pattern CODE =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}])(?=[A-Za-z-]*[0-9])[A-Za-z0-9][A-Za-z0-9-]{4,}[A-Za-z0-9]");

  private static final Pattern LINK = Pattern.compile("https?://\\S+#\\S+");

  @Parameters(paramLabel = "RECIPIENT", description = "The mobile number or e-mail address.")
  private String recipient;

  @Option(names = "--last", description = "Only the newest message.")
  private boolean last;

  @Option(
      names = {"--code-only", "--link-only"},
      description = "Only the code (phone) or link (mailbox) of the newest message.")
  private boolean essenceOnly;

  @Option(names = "--wait", description = "Wait for a message, two minutes at most.")
  private boolean wait;

  @Option(
      names = "--after",
      paramLabel = "TIME",
      description = "Only messages delivered after this time, as 2026-01-31T10:00:00.5Z.")
  private Instant after = Instant.EPOCH;

  private final Caller caller;
  private final Channel channel;

  private MessagesCommand(Caller caller, Channel channel) {
    this.caller = caller;
    this.channel = channel;
  }

  static CommandLine phone(Caller caller) {
    return command(new MessagesCommand(caller, Channel.CHANNEL_SMS), "phone", "SMS to a number");
  }

  static CommandLine mailbox(Caller caller) {
    return command(
        new MessagesCommand(caller, Channel.CHANNEL_EMAIL), "mailbox", "e-mails to an address");
  }

  private static CommandLine command(MessagesCommand messages, String name, String what) {
    CommandLine command = new CommandLine(messages);
    command.setCommandName(name);
    command.getCommandSpec().usageMessage().description("At a demo server: show the " + what + ".");
    return command;
  }

  @Override
  public Integer call() {
    Instant end = caller.clock().instant().plus(MAX_WAIT);
    List<Message> messages = list();
    while (messages.isEmpty() && wait && caller.clock().instant().isBefore(end)) {
      pause();
      messages = list();
    }
    if (messages.isEmpty()) {
      throw FailedException.refused("There is no message to " + Text.printable(recipient) + ".");
    }
    if (essenceOnly) {
      caller.terminal().out().println(essence(messages.getFirst().getText()));
      return 0;
    }
    messages.stream().limit(last ? 1 : PAGE).forEach(this::show);
    return 0;
  }

  private List<Message> list() {
    return stub()
        .listMessages(
            ListMessagesRequest.newBuilder()
                .setChannel(channel)
                .setRecipient(recipient)
                .setPageSize(PAGE)
                .build())
        .getMessagesList()
        .stream()
        .filter(message -> time(message.getDeliveredAt()).isAfter(after))
        .toList();
  }

  private String essence(String text) {
    return (channel == Channel.CHANNEL_EMAIL ? first(text, LINK) : codeIn(text))
        .map(Text::printable)
        .orElseThrow(() -> FailedException.refused("The newest message has no code or link."));
  }

  /** The code in an SMS, if there is one. */
  static Optional<String> codeIn(String sms) {
    return first(sms, LAST_LINE, CODE);
  }

  private static Optional<String> first(String text, Pattern... patterns) {
    for (Pattern pattern : patterns) {
      Matcher matcher = pattern.matcher(text);
      if (matcher.find()) {
        return Optional.of(matcher.groupCount() == 0 ? matcher.group() : matcher.group(1));
      }
    }
    return Optional.empty();
  }

  private void show(Message message) {
    caller.terminal().heading(Text.time(message.getDeliveredAt()));
    if (!message.getSubject().isEmpty()) {
      caller.terminal().out().println(Text.printable(message.getSubject()));
    }
    caller.terminal().out().println(Text.printableLines(message.getText()));
    caller.terminal().out().println();
  }

  private static void pause() {
    try {
      Thread.sleep(POLLING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FailedException.unavailable("Waiting was interrupted.");
    }
  }

  private static Instant time(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private MessageServiceBlockingStub stub() {
    return MessageServiceGrpc.newBlockingStub(caller.channels().to(Door.SIGNER))
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
