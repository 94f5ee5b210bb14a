package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.signer.v1.ChangePasswordRequest;
import eus.bakq.signer.v1.ChangePasswordResponse;
import eus.bakq.signer.v1.OpenPasswordChangeRequest;
import eus.bakq.signer.v1.PasswordServiceGrpc;
import eus.bakq.signer.v1.SubmitOldPasswordRequest;
import eus.bakq.signer.v1.SubmitOldPasswordResponse;
import io.grpc.Channel;

/** One change of a password, step by step; each step may be taken whenever a test likes. */
final class Changing {
  private final Channel channel;
  private final Program program;
  private final String interaction;
  private ByteString ticket = ByteString.copyFrom(new byte[60]);
  private ByteString device = ByteString.EMPTY;

  private Changing(Channel channel, Program program, String interaction) {
    this.channel = channel;
    this.program = program;
    this.interaction = interaction;
  }

  static Changing open(Channel channel) {
    Program program = Program.create();
    return new Changing(
        channel,
        program,
        PasswordServiceGrpc.newBlockingStub(channel)
            .openPasswordChange(
                OpenPasswordChangeRequest.newBuilder().setProgramKey(program.publicKey()).build())
            .getInteractionId());
  }

  /** The same conversation, by the same program, through another door. */
  Changing through(Channel other) {
    Changing same = new Changing(other, program, interaction);
    same.ticket = ticket;
    same.device = device;
    return same;
  }

  /** The same interaction in the hands of another program. */
  Changing by(Program another) {
    Changing same = new Changing(channel, another, interaction);
    same.ticket = ticket;
    return same;
  }

  /** By a program that is known by {@code cookie}. */
  Changing withDevice(ByteString cookie) {
    device = cookie;
    return this;
  }

  SubmitOldPasswordResponse submitOld(String dni, String password) {
    SubmitOldPasswordResponse answer =
        stub()
            .submitOldPassword(
                SubmitOldPasswordRequest.newBuilder()
                    .setInteractionId(interaction)
                    .setProof(
                        program.prove(
                            PasswordServiceGrpc.getSubmitOldPasswordMethod(), interaction))
                    .setDni(dni)
                    .setPassword(ByteString.copyFromUtf8(password))
                    .setDevice(device)
                    .build());
    ticket = answer.getTicket();
    return answer;
  }

  ChangePasswordResponse change(String code, String chosen) {
    return change(code, ticket, chosen);
  }

  ChangePasswordResponse change(String code, ByteString given, String chosen) {
    ChangePasswordResponse answer =
        stub()
            .changePassword(
                ChangePasswordRequest.newBuilder()
                    .setInteractionId(interaction)
                    .setProof(
                        program.prove(
                            PasswordServiceGrpc.getChangePasswordMethod(), interaction, given))
                    .setTicket(given)
                    .setCode(ByteString.copyFromUtf8(code))
                    .setNewPassword(ByteString.copyFromUtf8(chosen))
                    .build());
    device = answer.getDevice();
    return answer;
  }

  /** The device cookie that success gave. */
  ByteString device() {
    return device;
  }

  ByteString ticket() {
    return ticket;
  }

  Program program() {
    return program;
  }

  String interaction() {
    return interaction;
  }

  private PasswordServiceGrpc.PasswordServiceBlockingStub stub() {
    return PasswordServiceGrpc.newBlockingStub(channel);
  }
}
