package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.registration.v1.RegistrationServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.server.grpc.Audience;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each role of administration at each call that leads to a signature: nobody gets further than the
 * door. What officers and auditors may do is at their own doors, and signs nothing.
 */
@ExtendWith(InDemoWorld.class)
class PrivilegedCallersTest {
  private static final List<String> PRIVILEGED = List.of(DemoWorld.OFFICER, DemoWorld.AUDITOR);

  /** All services of which a call is a step to a signature. */
  private static final List<ServiceDescriptor> OF_SIGNERS =
      List.of(
          ActivationServiceGrpc.getServiceDescriptor(),
          AuthorisationServiceGrpc.getServiceDescriptor());

  private final DemoWorld world;

  PrivilegedCallersTest(DemoWorld world) {
    this.world = world;
  }

  static Stream<Arguments> callsOfSedes() {
    return PRIVILEGED.stream()
        .flatMap(role -> calls(role, List.of(SignatureRequestServiceGrpc.getServiceDescriptor())));
  }

  static Stream<Arguments> callsOfSigners() {
    return PRIVILEGED.stream().flatMap(role -> calls(role, OF_SIGNERS));
  }

  private static Stream<Arguments> calls(String role, List<ServiceDescriptor> services) {
    return services.stream()
        .flatMap(service -> service.getMethods().stream())
        .map(method -> Arguments.of(role, method));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("callsOfSedes")
  @DisplayName("KEY-12: no role of administration asks for a signature, or gets what was signed")
  void isDeniedEveryCallOfASede(String role, MethodDescriptor<?, ?> method) {
    assertThat(Refused.by(() -> call(world.channel(Audience.RELYING_PARTY, role), method)).reason())
        .isEqualTo("CALLER_NOT_ALLOWED");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("callsOfSigners")
  @DisplayName("KEY-12: at the doors of administration there is no call of a signer")
  void findsNoCallOfASignerAtItsDoor(String role, MethodDescriptor<?, ?> method) {
    Audience door = role.equals(DemoWorld.OFFICER) ? Audience.REGISTRATION : Audience.AUDITOR;

    assertThat(Refused.by(() -> call(world.channel(door, role), method)).reason())
        .isEqualTo("UNIMPLEMENTED");
  }

  /** Those who may are answered otherwise, with the same empty call. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("callsOfTheirOwn")
  void isLetInAtItsOwnDoor(String role, Audience door, MethodDescriptor<?, ?> method) {
    assertThat(Refused.by(() -> call(world.channel(door, role), method)).reason())
        .isNotIn("CALLER_NOT_ALLOWED", "UNIMPLEMENTED");
  }

  static Stream<Arguments> callsOfTheirOwn() {
    return Stream.of(
        Arguments.of(
            DemoWorld.SEDE_A,
            Audience.RELYING_PARTY,
            SignatureRequestServiceGrpc.getGetSignatureRequestMethod()),
        Arguments.of(
            DemoWorld.OFFICER,
            Audience.REGISTRATION,
            RegistrationServiceGrpc.getRegisterSignerMethod()));
  }

  /** With nothing in it: who is not let in is told so before anybody reads it. */
  private static Empty call(Channel channel, MethodDescriptor<?, ?> method) {
    return ClientCalls.blockingUnaryCall(
        channel,
        MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method.getFullMethodName())
            .setSchemaDescriptor(method.getSchemaDescriptor())
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build(),
        CallOptions.DEFAULT,
        Empty.getDefaultInstance());
  }
}
