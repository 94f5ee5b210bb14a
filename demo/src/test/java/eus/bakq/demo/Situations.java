package eus.bakq.demo;

import com.google.protobuf.Message;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Calls that would be accepted, each in the situation that it needs. A call that was refused has
 * changed nothing, and so its situation serves again, until one was accepted. For one thread.
 */
final class Situations {
  /** Calls that may be repeated as they are. */
  private static final Set<String> READS =
      Set.of(
          "SignatureRequestService/GetSignatureRequest",
          "SignatureRequestService/WatchSignatureRequest",
          "SignatureRequestService/FetchSignedDocument",
          "SignatureRequestService/StreamSignedDocument",
          "MessageService/ListMessages",
          "AuditService/ListAuditRecords",
          "AuditService/VerifyAuditLog");

  /** Refusals of which there may be three. */
  private static final Set<String> COUNTED =
      Set.of("AUTHENTICATION_FAILED", "PERSONAL_DATA_NOT_CONFIRMED");

  private static final int MOST_SIGNATURES = 3;

  private final DemoWorld world;
  private final JumpingWorld jumping;
  private final UnreliableTimeStamps stamps;
  private final GoodCalls good;
  private final Map<String, List<Message>> prepared = new HashMap<>();

  private final Map<String, Object> kept = new HashMap<>();
  private Citizen signer;
  private int signatures;

  /**
   * In a world that nothing was sent to yet.
   *
   * @param stamps whom its server asks for time stamps
   */
  Situations(JumpingWorld jumping, UnreliableTimeStamps stamps) {
    this.jumping = jumping;
    this.world = jumping.world();
    this.stamps = stamps;
    this.good = new GoodCalls(this);
  }

  /** Makes it as late as {@code passed} after the start of the world, if it is not yet. */
  void waitUntil(Duration passed) throws Exception {
    if (passed.compareTo(jumping.passed()) > 0) {
      var _ = jumping.timePasses(passed.minus(jumping.passed()));
    }
  }

  /** By how much that has made it later. */
  Duration passed() {
    return jumping.passed();
  }

  DemoWorld world() {
    return world;
  }

  UnreliableTimeStamps stamps() {
    return stamps;
  }

  /** Somebody active who may be sent another code: there are five an hour (OTP-13). */
  Citizen signer() {
    if (signer == null || signatures == MOST_SIGNATURES) {
      signer = world.activeCitizen();
      signatures = 0;
    }
    signatures++;
    return signer;
  }

  /** What {@code maker} has made for {@code name}, until it is forgotten. */
  <T> T kept(String name, Class<T> type, Callable<T> maker) throws Exception {
    Object present = kept.get(name);
    if (present == null) {
      present = maker.call();
      kept.put(name, present);
    }
    return type.cast(present);
  }

  void forget(String name) {
    kept.remove(name);
  }

  /** The messages of a call that would be accepted. */
  List<Message> of(String call) {
    return prepared.computeIfAbsent(call, good::messages);
  }

  /** Sends {@code messages} as {@code call}, by whom the call is for. */
  Answer send(String call, List<byte[]> messages) {
    Answer answer = RawCall.of(channel(call), Calls.method(call), messages);
    boolean changed =
        answer.code() == Status.Code.OK ? !READS.contains(call) : COUNTED.contains(answer.reason());
    if (changed) {
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
