package eus.bakq.demo;

import com.google.protobuf.Descriptors.Descriptor;
import eus.bakq.auditor.v1.AuditServiceGrpc;
import eus.bakq.contract.v1.Caller;
import eus.bakq.contract.v1.Contract;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.MessageServiceGrpc;
import eus.bakq.registration.v1.RegistrationServiceGrpc;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import eus.bakq.signer.v1.PasswordServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every RPC of every door, by a short name such as {@code AuditService/VerifyAuditLog}. */
final class Calls {
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          SignatureRequestServiceGrpc.getServiceDescriptor(),
          RegistrationServiceGrpc.getServiceDescriptor(),
          ActivationServiceGrpc.getServiceDescriptor(),
          PasswordServiceGrpc.getServiceDescriptor(),
          AuthorisationServiceGrpc.getServiceDescriptor(),
          MessageServiceGrpc.getServiceDescriptor(),
          AuditServiceGrpc.getServiceDescriptor());
  private static final Map<String, MethodDescriptor<?, ?>> METHODS = new LinkedHashMap<>();

  static {
    for (ServiceDescriptor service : SERVICES) {
      service.getMethods().forEach(method -> METHODS.put(name(method), method));
    }
  }

  private Calls() {}

  static Collection<String> names() {
    return METHODS.keySet();
  }

  static MethodDescriptor<?, ?> method(String call) {
    MethodDescriptor<?, ?> method = METHODS.get(call);
    if (method == null) {
      throw new IllegalArgumentException("the contract has no call " + call);
    }
    return method;
  }

  static String name(MethodDescriptor<?, ?> method) {
    String full = method.getFullMethodName();
    return full.substring(full.lastIndexOf('.') + 1);
  }

  /** What the messages of the caller of {@code call} are. */
  static Descriptor input(String call) {
    return schema(call).getInputType();
  }

  /** Whose the call is. */
  static Caller caller(String call) {
    return schema(call).getService().getOptions().getExtension(Contract.caller);
  }

  private static com.google.protobuf.Descriptors.MethodDescriptor schema(String call) {
    return ((ProtoMethodDescriptorSupplier) method(call).getSchemaDescriptor())
        .getMethodDescriptor();
  }
}
