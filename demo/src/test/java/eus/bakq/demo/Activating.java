package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.signer.v1.AcceptTermsRequest;
import eus.bakq.signer.v1.AcceptTermsResponse;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import eus.bakq.signer.v1.CalendarDate;
import eus.bakq.signer.v1.ConfirmPersonalDataRequest;
import eus.bakq.signer.v1.ConfirmPersonalDataResponse;
import eus.bakq.signer.v1.OpenActivationRequest;
import eus.bakq.signer.v1.SetPasswordRequest;
import eus.bakq.signer.v1.SetPasswordResponse;
import eus.bakq.signer.v1.SubmitCodeRequest;
import eus.bakq.signer.v1.SubmitCodeResponse;
import eus.bakq.signer.v1.SubmitPasswordRequest;
import eus.bakq.signer.v1.SubmitPasswordResponse;
import io.grpc.Channel;
import java.time.LocalDate;

/** One activation, step by step; each step may be taken whenever a test likes. */
final class Activating {
  private final Channel channel;
  private final Program program;
  private final String interaction;
  private ConfirmPersonalDataResponse terms = ConfirmPersonalDataResponse.getDefaultInstance();
  private ByteString ticket = ByteString.copyFrom(new byte[60]);
  private ByteString device = ByteString.EMPTY;

  private Activating(Channel channel, Program program, String interaction) {
    this.channel = channel;
    this.program = program;
    this.interaction = interaction;
  }

  static Activating open(Channel channel, String linkToken) {
    return open(channel, linkToken, Program.create());
  }

  static Activating open(Channel channel, String linkToken, Program program) {
    return new Activating(
        channel,
        program,
        ActivationServiceGrpc.newBlockingStub(channel)
            .openActivation(
                OpenActivationRequest.newBuilder()
                    .setLinkToken(linkToken)
                    .setProgramKey(program.publicKey())
                    .build())
            .getInteractionId());
  }

  /** The same conversation, by the same program, through another door. */
  Activating through(Channel other) {
    Activating same = new Activating(other, program, interaction);
    same.terms = terms;
    same.ticket = ticket;
    return same;
  }

  /** The same interaction in the hands of another program. */
  Activating by(Program another) {
    return new Activating(channel, another, interaction);
  }

  SetPasswordResponse setPassword(String temporary, String chosen) {
    return stub()
        .setPassword(
            SetPasswordRequest.newBuilder()
                .setInteractionId(interaction)
                .setProof(program.prove(ActivationServiceGrpc.getSetPasswordMethod(), interaction))
                .setTemporaryPassword(ByteString.copyFromUtf8(temporary))
                .setNewPassword(ByteString.copyFromUtf8(chosen))
                .build());
  }

  ConfirmPersonalDataResponse confirm(LocalDate expiry) {
    terms =
        stub()
            .confirmPersonalData(
                ConfirmPersonalDataRequest.newBuilder()
                    .setInteractionId(interaction)
                    .setProof(
                        program.prove(
                            ActivationServiceGrpc.getConfirmPersonalDataMethod(), interaction))
                    .setDocumentExpiry(
                        CalendarDate.newBuilder()
                            .setYear(expiry.getYear())
                            .setMonth(expiry.getMonthValue())
                            .setDay(expiry.getDayOfMonth()))
                    .build());
    return terms;
  }

  /** Accepts what {@link #confirm} showed. */
  AcceptTermsResponse acceptTerms() {
    return acceptTerms(terms.getTermsVersion(), terms.getTermsSha256());
  }

  AcceptTermsResponse acceptTerms(String version, ByteString sha256) {
    return stub()
        .acceptTerms(
            AcceptTermsRequest.newBuilder()
                .setInteractionId(interaction)
                .setProof(program.prove(ActivationServiceGrpc.getAcceptTermsMethod(), interaction))
                .setTermsVersion(version)
                .setTermsSha256(sha256)
                .build());
  }

  SubmitPasswordResponse submitPassword(String dni, String password) {
    SubmitPasswordResponse answer =
        stub()
            .submitPassword(
                SubmitPasswordRequest.newBuilder()
                    .setInteractionId(interaction)
                    .setProof(
                        program.prove(ActivationServiceGrpc.getSubmitPasswordMethod(), interaction))
                    .setDni(dni)
                    .setPassword(ByteString.copyFromUtf8(password))
                    .setDevice(device)
                    .build());
    ticket = answer.getTicket();
    return answer;
  }

  SubmitCodeResponse submitCode(String code) {
    return submitCode(code, ticket);
  }

  SubmitCodeResponse submitCode(String code, ByteString given) {
    SubmitCodeResponse answer =
        stub()
            .submitCode(
                SubmitCodeRequest.newBuilder()
                    .setInteractionId(interaction)
                    .setProof(
                        program.prove(
                            ActivationServiceGrpc.getSubmitCodeMethod(), interaction, given))
                    .setTicket(given)
                    .setCode(ByteString.copyFromUtf8(code))
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

  private ActivationServiceGrpc.ActivationServiceBlockingStub stub() {
    return ActivationServiceGrpc.newBlockingStub(channel);
  }
}
