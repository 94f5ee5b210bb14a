package eus.bakq.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.demo.v1.ListMessagesRequest;
import eus.bakq.demo.v1.Message;
import eus.bakq.demo.v1.MessageServiceGrpc;
import io.grpc.Channel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The codes as the demo's visible phone shows them. */
final class PhoneCodes implements CodeSource {
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MOST_LOOKS = 600;
  private static final int PAGE = 100;

  private final Channel signersDoor;
  private final String mobile;
  private final Set<Timestamp> read = new HashSet<>();

  PhoneCodes(Channel signersDoor, String mobile) {
    this.signersDoor = signersDoor;
    this.mobile = mobile;
  }

  @Override
  public ByteString next(String referenceCode) {
    for (int look = 0; look < MOST_LOOKS; look++) {
      Optional<Message> newest = newest(referenceCode);
      if (newest.isPresent()) {
        read.add(newest.get().getDeliveredAt());
        return MessagesCommand.codeIn(newest.get().getText())
            .map(ByteString::copyFromUtf8)
            .orElseThrow(() -> FailedException.usage("The SMS has no code."));
      }
      Pause.of(PAUSE);
    }
    throw FailedException.usage(
        "No SMS came to "
            + Text.printable(mobile)
            + " within a minute: is it the test citizen's number?");
  }

  private Optional<Message> newest(String referenceCode) {
    return MessageServiceGrpc.newBlockingStub(signersDoor)
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS)
        .listMessages(
            ListMessagesRequest.newBuilder()
                .setChannel(eus.bakq.demo.v1.Channel.CHANNEL_SMS)
                .setRecipient(mobile)
                .setPageSize(PAGE)
                .build())
        .getMessagesList()
        .stream()
        .filter(message -> message.getText().contains(referenceCode))
        .filter(message -> !read.contains(message.getDeliveredAt()))
        .findFirst();
  }
}
