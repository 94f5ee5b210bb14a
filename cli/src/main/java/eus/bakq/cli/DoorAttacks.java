package eus.bakq.cli;

import com.google.protobuf.Empty;
import eus.bakq.auditor.v1.AuditServiceGrpc;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.MessageServiceGrpc;
import eus.bakq.registration.v1.RegistrationServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import eus.bakq.signer.v1.PasswordServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Who knocks where he has no business. */
final class DoorAttacks {
  private static final String UNIMPLEMENTED = "UNIMPLEMENTED";
  private static final String NOT_ALLOWED = "CALLER_NOT_ALLOWED";
  private static final String NO_CONNECTION = "UNAVAILABLE";

  /** What tells of a server, or lets one manage it. */
  private static final List<String> TELLING =
      List.of(
          "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
          "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
          "grpc.channelz.v1.Channelz/GetTopChannels",
          "grpc.channelz.v1.Channelz/GetServers");

  private final SelfTestTarget target;
  private final SelfTestReport report;

  /** The refusals that must be in the record, each by itself, under their correlation ids. */
  private final List<String> recorded = new ArrayList<>();

  DoorAttacks(SelfTestTarget target, SelfTestReport report) {
    this.target = target;
    this.report = report;
  }

  /** All services of the contract, by the door where they are. */
  static Map<Door, List<ServiceDescriptor>> services() {
    Map<Door, List<ServiceDescriptor>> services = new EnumMap<>(Door.class);
    services.put(Door.SEDE, List.of(SignatureRequestServiceGrpc.getServiceDescriptor()));
    services.put(Door.REGISTRATION, List.of(RegistrationServiceGrpc.getServiceDescriptor()));
    services.put(
        Door.SIGNER,
        List.of(
            ActivationServiceGrpc.getServiceDescriptor(),
            PasswordServiceGrpc.getServiceDescriptor(),
            AuthorisationServiceGrpc.getServiceDescriptor(),
            MessageServiceGrpc.getServiceDescriptor()));
    services.put(Door.AUDITOR, List.of(AuditServiceGrpc.getServiceDescriptor()));
    return services;
  }

  /** The correlation ids under which the record must have what was tried. */
  List<String> run() {
    callers();
    for (Door door : Door.values()) {
      List<Answer> answers = new ArrayList<>();
      services().forEach((at, offered) -> answers.addAll(elsewhere(door, at, offered)));
      report.attacks(
          "each call of the other doors (" + answers.size() + "), at: " + door.key(),
          answers,
          UNIMPLEMENTED);
    }
    List<Answer> telling = new ArrayList<>();
    for (Door door : Door.values()) {
      TELLING.forEach(method -> telling.add(call(door, known(door), method)));
    }
    report.attacks("reflection and channelz, at each door", telling, UNIMPLEMENTED);
    report.attacks(
        "no client certificate, at each door that asks for one",
        atDoors(true, door -> call(door, Identity.NOBODY, "grpc.health.v1.Health/Check")),
        NO_CONNECTION);
    RawDoors raw = new RawDoors(target.doors().file());
    report.attacks("plain text, at each door", atDoors(false, raw::inPlainText), "closed");
    report.attacks("TLS 1.2, at each door", atDoors(false, raw::inTls12), "protocol_version");
    return List.copyOf(recorded);
  }

  private void callers() {
    wrongRole(
        "an auditor asks for a signature",
        Door.SEDE,
        Identity.AUDITOR,
        SignatureRequestServiceGrpc.getCreateSignatureRequestMethod());
    wrongRole(
        "an auditor fetches a signed document",
        Door.SEDE,
        Identity.AUDITOR,
        SignatureRequestServiceGrpc.getFetchSignedDocumentMethod());
    wrongRole(
        "a sede registers a citizen",
        Door.REGISTRATION,
        Identity.SEDE,
        RegistrationServiceGrpc.getRegisterSignerMethod());
    wrongRole(
        "a sede has somebody's activation link sent anew",
        Door.REGISTRATION,
        Identity.SEDE,
        RegistrationServiceGrpc.getRenewActivationMethod());
    wrongRole(
        "an auditor unlocks a citizen",
        Door.REGISTRATION,
        Identity.AUDITOR,
        RegistrationServiceGrpc.getUnlockSignerMethod());
    wrongRole(
        "a sede reads the record",
        Door.AUDITOR,
        Identity.SEDE,
        AuditServiceGrpc.getListAuditRecordsMethod());
  }

  private void wrongRole(String what, Door door, Identity identity, MethodDescriptor<?, ?> method) {
    Answer answer = call(door, identity, method.getFullMethodName());
    report.attack(what, answer, NOT_ALLOWED);
    recorded.add(answer.correlationId());
  }

  private List<Answer> elsewhere(Door door, Door at, List<ServiceDescriptor> offered) {
    List<Answer> answers = new ArrayList<>();
    if (door != at) {
      for (ServiceDescriptor service : offered) {
        service
            .getMethods()
            .forEach(method -> answers.add(call(door, known(door), method.getFullMethodName())));
      }
    }
    return answers;
  }

  private static List<Answer> atDoors(
      boolean withCertificate, java.util.function.Function<Door, Answer> knock) {
    List<Answer> answers = new ArrayList<>();
    for (Door door : Door.values()) {
      if (door.withCertificate() || !withCertificate) {
        answers.add(knock.apply(door));
      }
    }
    return answers;
  }

  /** Somebody whom TLS lets in there; an officer's certificate is not asked of the auditor. */
  private static Identity known(Door door) {
    return switch (door) {
      case SEDE, REGISTRATION -> Identity.SEDE;
      case AUDITOR -> Identity.AUDITOR;
      case SIGNER -> Identity.NOBODY;
    };
  }

  /** With nothing in it: who is not let in is told so before anybody reads it. */
  private Answer call(Door door, Identity identity, String method) {
    Channel channel = target.doors().at(door, identity);
    return Answer.of(
        () ->
            ClientCalls.blockingUnaryCall(
                channel,
                MethodDescriptor.<Empty, Empty>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(method)
                    .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                    .build(),
                CallOptions.DEFAULT.withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS),
                Empty.getDefaultInstance()));
  }
}
