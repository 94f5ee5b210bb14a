package eus.bakq.contract;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import eus.bakq.auditor.v1.AuditServiceOuterClass;
import eus.bakq.contract.v1.Contract;
import eus.bakq.demo.v1.DemoService;
import eus.bakq.registration.v1.RegistrationServiceOuterClass;
import eus.bakq.relyingparty.v1.SignatureRequestServiceOuterClass;
import eus.bakq.signer.v1.ActivationServiceOuterClass;
import eus.bakq.signer.v1.PasswordServiceOuterClass;
import java.util.List;
import java.util.stream.Stream;

/** Every descriptor of the contract; {@link ContractTest} checks that no file is missing here. */
final class ContractFiles {
  private ContractFiles() {}

  static List<FileDescriptor> files() {
    return List.of(
        Contract.getDescriptor(),
        SignatureRequestServiceOuterClass.getDescriptor(),
        RegistrationServiceOuterClass.getDescriptor(),
        ActivationServiceOuterClass.getDescriptor(),
        PasswordServiceOuterClass.getDescriptor(),
        AuditServiceOuterClass.getDescriptor(),
        DemoService.getDescriptor());
  }

  static List<ServiceDescriptor> services() {
    return files().stream().flatMap(file -> file.getServices().stream()).toList();
  }

  static List<MethodDescriptor> methods() {
    return services().stream().flatMap(service -> service.getMethods().stream()).toList();
  }

  static List<FieldDescriptor> fields() {
    return messages().flatMap(message -> message.getFields().stream()).toList();
  }

  static List<EnumDescriptor> enums() {
    return Stream.concat(
            files().stream().flatMap(file -> file.getEnumTypes().stream()),
            messages().flatMap(message -> message.getEnumTypes().stream()))
        .toList();
  }

  private static Stream<Descriptor> messages() {
    return files().stream()
        .flatMap(file -> file.getMessageTypes().stream())
        .flatMap(ContractFiles::withNested);
  }

  private static Stream<Descriptor> withNested(Descriptor message) {
    return Stream.concat(
        Stream.of(message), message.getNestedTypes().stream().flatMap(ContractFiles::withNested));
  }
}
