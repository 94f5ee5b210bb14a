package eus.bakq.demo;

import eus.bakq.demo.v1.ListMessagesRequest;
import eus.bakq.demo.v1.ListMessagesResponse;
import eus.bakq.demo.v1.Message;
import eus.bakq.demo.v1.MessageServiceGrpc;
import eus.bakq.server.grpc.Fields;
import eus.bakq.server.grpc.Replies;
import eus.bakq.server.grpc.Times;
import eus.bakq.server.notification.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** Shows the demo's phones and mailboxes. */
final class MessageGrpcService extends MessageServiceGrpc.MessageServiceImplBase {
  private static final int DEFAULT_PAGE = 10;
  private static final int MOST_ON_A_PAGE = 100;
  private static final Map<eus.bakq.demo.v1.Channel, Channel> CHANNELS =
      Map.of(
          eus.bakq.demo.v1.Channel.CHANNEL_SMS, Channel.SMS,
          eus.bakq.demo.v1.Channel.CHANNEL_EMAIL, Channel.EMAIL);

  private final VisibleMessages messages;

  MessageGrpcService(VisibleMessages messages) {
    this.messages = messages;
  }

  @Override
  public void listMessages(
      ListMessagesRequest request, StreamObserver<ListMessagesResponse> observer) {
    Replies.reply(observer, () -> list(request));
  }

  private ListMessagesResponse list(ListMessagesRequest request) {
    Fields fields = new Fields();
    var channel = fields.oneOf("channel", request.getChannel(), CHANNELS);
    var recipient = fields.text("recipient", request.getRecipient(), 1, 254);
    var pageSize = fields.number("page_size", request.getPageSize(), 0, MOST_ON_A_PAGE);
    fields.check();
    int most = pageSize.value() == 0 ? DEFAULT_PAGE : pageSize.value();
    ListMessagesResponse.Builder response = ListMessagesResponse.newBuilder();
    for (VisibleMessages.Delivered delivered :
        messages.to(channel.value(), recipient.value(), most)) {
      response.addMessages(
          Message.newBuilder()
              .setDeliveredAt(Times.of(delivered.at()))
              .setSubject(delivered.message().subject())
              .setText(delivered.message().text()));
    }
    return response.build();
  }
}
