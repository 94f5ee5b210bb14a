package eus.bakq.demo;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;

/** The one field of gRPC's own service, which every door has: nobody says there who calls. */
final class HealthRubbish {
  static final String GROUP = "Health";

  private final Cases cases = new Cases(GROUP);

  private HealthRubbish() {}

  static List<RefusedInput> cases() {
    HealthRubbish all = new HealthRubbish();
    for (MethodDescriptor<?, ?> method :
        List.of(HealthGrpc.getCheckMethod(), HealthGrpc.getWatchMethod())) {
      all.asks(method, FieldFault.LONG, "FIELD_INVALID service");
      all.asks(method, FieldFault.CONTROL, "FIELD_INVALID service");
      all.asks(method, FieldFault.BIDI, "FIELD_INVALID service");
      all.asks(method, FieldFault.UTF8, "FIELD_INVALID message");
    }
    all.asks(HealthGrpc.getCheckMethod(), FieldFault.MISSING, "accepted");
    all.asks(HealthGrpc.getCheckMethod(), FieldFault.KIND, "accepted");
    all.cases.add(
        "Check, `service` of a service that is none",
        "gRPC NOT_FOUND",
        situations -> send(situations, HealthGrpc.getCheckMethod(), request("nobody")));
    return all.cases.list();
  }

  private void asks(MethodDescriptor<?, ?> method, FieldFault fault, String answer) {
    cases.add(
        method.getBareMethodName() + ", `service` " + fault.words(),
        answer,
        situations -> send(situations, method, with(fault)));
  }

  private static Message with(FieldFault fault) {
    HealthCheckRequest.Builder request = request("bakq").toBuilder();
    fault.into(request, HealthCheckRequest.getDescriptor().findFieldByName("service"));
    return request.build();
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  /** At the citizens' door, where anybody may knock. */
  private static Answer send(
      Situations situations, MethodDescriptor<?, ?> method, Message request) {
    return RawCall.of(situations.world().signerChannel(), method, List.of(request.toByteArray()));
  }
}
