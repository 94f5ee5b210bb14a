package eus.bakq.demo;

import com.google.protobuf.Message;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls that would be accepted, each in the situation that it needs. One that was refused for its
 * form has changed nothing, and its situation serves again; after any other answer the next call
 * gets a new one. For one thread.
 */
final class Situations {
  private final DemoWorld world;
  private final GoodCalls good;
  private final Map<String, List<Message>> prepared = new HashMap<>();

  Situations(DemoWorld world) {
    this.world = world;
    this.good = new GoodCalls(world);
  }

  DemoWorld world() {
    return world;
  }

  /** The messages of a call that would be accepted. */
  List<Message> of(String call) {
    return prepared.computeIfAbsent(call, good::messages);
  }

  /** Sends {@code messages} as {@code call}, by whom the call is for. */
  Answer send(String call, List<byte[]> messages) {
    Answer answer = RawCall.of(channel(call), Calls.method(call), messages);
    if (!answer.reason().equals("FIELD_INVALID")) {
      prepared.remove(call);
    }
    return answer;
  }

  /** As {@link #send}, messages of the contract. */
  Answer sendMessages(String call, List<Message> messages) {
    return send(call, messages.stream().map(Message::toByteArray).toList());
  }

  /** The right door, with the right certificate. */
  Channel channel(String call) {
    return switch (Calls.caller(call)) {
      case CALLER_SEDE -> world.channel(Audience.RELYING_PARTY, DemoWorld.SEDE_A);
      case CALLER_REGISTRATION_OFFICER -> world.channel(Audience.REGISTRATION, DemoWorld.OFFICER);
      case CALLER_SIGNER -> world.signerChannel();
      case CALLER_AUDITOR -> world.channel(Audience.AUDITOR, DemoWorld.AUDITOR);
      case CALLER_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("nobody may call " + call);
    };
  }
}
