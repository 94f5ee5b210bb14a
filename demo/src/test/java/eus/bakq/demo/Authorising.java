package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.OpenAuthorisationRequest;
import eus.bakq.demo.v1.OpenAuthorisationResponse;
import eus.bakq.demo.v1.RejectRequest;
import eus.bakq.demo.v1.RejectResponse;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.demo.v1.SubmitCodeResponse;
import eus.bakq.demo.v1.SubmitPasswordRequest;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import io.grpc.Channel;

/** One conversation about one signature request, step by step. */
final class Authorising {
  private final Channel channel;
  private final Program program;
  private final OpenAuthorisationResponse shown;
  private ByteString ticket = ByteString.copyFrom(new byte[60]);
  private ByteString device = ByteString.EMPTY;

  private Authorising(Channel channel, Program program, OpenAuthorisationResponse shown) {
    this.channel = channel;
    this.program = program;
    this.shown = shown;
  }

  static Authorising open(Channel channel, String address) {
    return open(channel, address, Program.create());
  }

  static Authorising open(Channel channel, String address, Program program) {
    return new Authorising(
        channel,
        program,
        AuthorisationServiceGrpc.newBlockingStub(channel)
            .openAuthorisation(
                OpenAuthorisationRequest.newBuilder()
                    .setAuthorisationAddress(address)
                    .setProgramKey(program.publicKey())
                    .build()));
  }

  /** The same conversation, by the same program, through another door. */
  Authorising through(Channel other) {
    Authorising same = new Authorising(other, program, shown);
    same.ticket = ticket;
    same.device = device;
    return same;
  }

  /** The same conversation, by a program that keeps {@code cookie}, or none if it is empty. */
  Authorising withDevice(ByteString cookie) {
    Authorising same = through(channel);
    same.device = cookie;
    return same;
  }

  /** The cookie that the program keeps: the last one that it was given. */
  ByteString device() {
    return device;
  }

  OpenAuthorisationResponse shown() {
    return shown;
  }

  /** The ticket of the last password. */
  ByteString ticket() {
    return ticket;
  }

  Program program() {
    return program;
  }

  SubmitPasswordResponse submitPassword(String dni, String password) {
    return submitPassword(dni, password, program);
  }

  SubmitPasswordResponse submitPassword(String dni, String password, Program by) {
    SubmitPasswordResponse answer =
        stub()
            .submitPassword(
                SubmitPasswordRequest.newBuilder()
                    .setInteractionId(interaction())
                    .setProof(
                        by.prove(AuthorisationServiceGrpc.getSubmitPasswordMethod(), interaction()))
                    .setDni(dni)
                    .setPassword(ByteString.copyFromUtf8(password))
                    .setDevice(device)
                    .build());
    ticket = answer.getTicket();
    return answer;
  }

  /** With the ticket of this conversation, by the program that opened it. */
  int submitCode(String code) {
    return submitCode(code, ticket, program);
  }

  int submitCode(String code, ByteString given, Program by) {
    SubmitCodeResponse answer =
        stub()
            .submitCode(
                SubmitCodeRequest.newBuilder()
                    .setInteractionId(interaction())
                    .setProof(
                        by.prove(
                            AuthorisationServiceGrpc.getSubmitCodeMethod(), interaction(), given))
                    .setTicket(given)
                    .setCode(ByteString.copyFromUtf8(code))
                    .build());
    device = answer.getDevice();
    return answer.getSignedCount();
  }

  RejectResponse reject() {
    return reject(program);
  }

  RejectResponse reject(Program by) {
    return stub()
        .reject(
            RejectRequest.newBuilder()
                .setInteractionId(interaction())
                .setProof(by.prove(AuthorisationServiceGrpc.getRejectMethod(), interaction()))
                .build());
  }

  String interaction() {
    return shown.getInteractionId();
  }

  private AuthorisationServiceGrpc.AuthorisationServiceBlockingStub stub() {
    return AuthorisationServiceGrpc.newBlockingStub(channel);
  }
}
