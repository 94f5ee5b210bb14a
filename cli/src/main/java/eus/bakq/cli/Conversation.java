package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.AuthorisationServiceGrpc.AuthorisationServiceBlockingStub;
import eus.bakq.demo.v1.OpenAuthorisationRequest;
import eus.bakq.demo.v1.OpenAuthorisationResponse;
import eus.bakq.demo.v1.RejectRequest;
import eus.bakq.demo.v1.RejectResponse;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.demo.v1.SubmitCodeResponse;
import eus.bakq.demo.v1.SubmitPasswordRequest;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.signer.v1.Proof;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/** One interaction with a citizen's program, whose steps can be taken in wrong ways too. */
final class Conversation {
  private static final int TICKET_BYTES = 60;

  private final Channel channel;
  private final ProgramKey key;
  private final OpenAuthorisationResponse opened;
  private ByteString ticket = ByteString.copyFrom(new byte[TICKET_BYTES]);

  private Conversation(Channel channel, ProgramKey key, OpenAuthorisationResponse opened) {
    this.channel = channel;
    this.key = key;
    this.opened = opened;
  }

  static Conversation open(Channel channel, String address, ProgramKey key) {
    return new Conversation(
        channel,
        key,
        stub(channel)
            .openAuthorisation(
                OpenAuthorisationRequest.newBuilder()
                    .setAuthorisationAddress(address)
                    .setProgramKey(key.publicKey())
                    .build()));
  }

  String id() {
    return opened.getInteractionId();
  }

  ProgramKey key() {
    return key;
  }

  /** What the citizen is shown. */
  OpenAuthorisationResponse shown() {
    return opened;
  }

  /** What the last password gave; zeros before. */
  ByteString ticket() {
    return ticket;
  }

  /** Gives the password as the program that opened this. */
  SubmitPasswordResponse password(String dni, Secret password) {
    return password(dni, password, proof(AuthorisationServiceGrpc.getSubmitPasswordMethod()));
  }

  SubmitPasswordResponse password(String dni, Secret password, Proof proof) {
    SubmitPasswordResponse response =
        stub(channel)
            .submitPassword(
                SubmitPasswordRequest.newBuilder()
                    .setInteractionId(id())
                    .setProof(proof)
                    .setDni(dni)
                    .setPassword(password.bytes())
                    .build());
    ticket = response.getTicket();
    return response;
  }

  /** A proof by this program for a step without a ticket. */
  Proof proof(MethodDescriptor<?, ?> step) {
    return key.prove(step, id());
  }

  /** The last step as it must be, with this conversation's ticket. */
  SubmitCodeRequest code(ByteString code) {
    return code(code, ticket);
  }

  /** The last step with a ticket that may be another one, proved by this program's key. */
  SubmitCodeRequest code(ByteString code, ByteString given) {
    return code(
        code, given, key.prove(AuthorisationServiceGrpc.getSubmitCodeMethod(), id(), given));
  }

  SubmitCodeRequest code(ByteString code, ByteString given, Proof proof) {
    return SubmitCodeRequest.newBuilder()
        .setInteractionId(id())
        .setProof(proof)
        .setTicket(given)
        .setCode(code)
        .build();
  }

  /** Safe for several threads. */
  SubmitCodeResponse submit(SubmitCodeRequest request) {
    return stub(channel).submitCode(request);
  }

  RejectResponse reject(Proof proof) {
    return stub(channel)
        .reject(RejectRequest.newBuilder().setInteractionId(id()).setProof(proof).build());
  }

  private static AuthorisationServiceBlockingStub stub(Channel channel) {
    return AuthorisationServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
