package eus.bakq.cli;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What cannot be attacked through the wire, because no call can name it: signature activation data,
 * hashes, keys. Shown from the contract; that no door offers other calls, {@link DoorAttacks} asks
 * of the server. What guards against them from the inside is proven by tests of the server, which
 * are named.
 */
final class InsideChecks {
  /** The bytes that steps take which lead to a signature, each looked at by a person. */
  private static final Set<String> KNOWN_BYTES =
      Set.of(
          "CreateSignatureRequestRequest.documents.content",
          "UploadDocumentRequest.header.sha256",
          "UploadDocumentRequest.chunk",
          "OpenActivationRequest.program_key",
          "SetPasswordRequest.proof.signature",
          "SetPasswordRequest.temporary_password",
          "SetPasswordRequest.new_password",
          "ConfirmPersonalDataRequest.proof.signature",
          "AcceptTermsRequest.proof.signature",
          "AcceptTermsRequest.terms_sha256",
          "SubmitPasswordRequest.proof.signature",
          "SubmitPasswordRequest.password",
          "SubmitPasswordRequest.device",
          "SubmitCodeRequest.proof.signature",
          "SubmitCodeRequest.ticket",
          "SubmitCodeRequest.code",
          "OpenAuthorisationRequest.program_key",
          "OpenPasswordChangeRequest.program_key",
          "SubmitOldPasswordRequest.proof.signature",
          "SubmitOldPasswordRequest.password",
          "SubmitOldPasswordRequest.device",
          "ChangePasswordRequest.proof.signature",
          "ChangePasswordRequest.ticket",
          "ChangePasswordRequest.code",
          "ChangePasswordRequest.new_password",
          "RejectRequest.proof.signature",
          "RegisterSignerRequest.evidence.evidence_sha256",
          "RenewActivationRequest.evidence.evidence_sha256",
          "UnlockSignerRequest.evidence.evidence_sha256",
          "SuspendCredentialsRequest.evidence_sha256",
          "LiftSuspensionRequest.evidence.evidence_sha256",
          "RevokeCredentialsRequest.evidence_sha256");

  /** Words of which a field's name would have one that could name what is meant. */
  private static final Set<String> INSIDE =
      Set.of(
          "sad",
          "activation_data",
          "dtbs",
          "hash",
          "digest",
          "handle",
          "key_id",
          "credential",
          "epoch",
          "seal");

  private final SelfTestReport report;

  InsideChecks(SelfTestReport report) {
    this.report = report;
  }

  /** One thing of the inside, and what of the server's own tests attacks it. */
  record Inside(String what, String test) {}

  /** What the server's tests attack there; a test compares the names with the files. */
  static List<Inside> tests() {
    return List.of(
        new Inside("a SAD after its end", "SadReuseTest"),
        new Inside("a SAD a second time, one occurrence counted twice", "SadReuseTest"),
        new Inside("another list of hashes than was authorised", "SadReuseTest"),
        new Inside("a SAD with any field or bit changed", "SadTamperingTest"),
        new Inside("one signer's data with another signer's key", "SadTamperingTest"),
        new Inside("a key that is suspended, revoked or altered", "CredentialStateTest"),
        new Inside("an outcome whose reservation was burnt meanwhile", "LeaseAndJumpTest"));
  }

  void run() {
    Contract contract = Contract.walked();
    Set<String> unknown = new TreeSet<>(contract.bytes());
    unknown.removeAll(KNOWN_BYTES);
    report.check(
        "no call takes bytes that could be a SAD or a hash to sign",
        unknown.isEmpty(),
        unknown.isEmpty() ? contract.calls() + " calls" : unknown.toString(),
        "only fields that are known");
    report.check(
        "no call names a SAD, a hash to sign, a key or a credential",
        contract.names().isEmpty(),
        contract.names().isEmpty() ? contract.calls() + " calls" : contract.names().toString(),
        "no such field");
    for (Inside inside : tests()) {
      report.inside(inside.what(), inside.test());
    }
  }

  /** The fields of bytes that a person has looked at. */
  static Set<String> knownBytes() {
    return KNOWN_BYTES;
  }

  /**
   * What all requests of the contract have.
   *
   * @param calls how many calls there are
   * @param bytes the fields of bytes
   * @param names the fields whose name could be one of the inside
   */
  record Contract(int calls, Set<String> bytes, Set<String> names) {
    static Contract walked() {
      Set<String> bytes = new TreeSet<>();
      Set<String> names = new TreeSet<>();
      int calls = 0;
      for (List<ServiceDescriptor> services : DoorAttacks.services().values()) {
        for (ServiceDescriptor service : services) {
          for (var method : service.getMethods()) {
            calls++;
            if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema) {
              Descriptor request = schema.getMethodDescriptor().getInputType();
              walk(request.getName(), request, new HashSet<>(), bytes, names);
            } else {
              names.add("unknown: " + method.getFullMethodName());
            }
          }
        }
      }
      return new Contract(calls, bytes, names);
    }
  }

  private static void walk(
      String path,
      Descriptor message,
      Set<Descriptor> above,
      Set<String> bytes,
      Set<String> names) {
    if (!above.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      String name = field.getName().toLowerCase(Locale.ROOT);
      String here = path + "." + name;
      if (field.getJavaType() != FieldDescriptor.JavaType.ENUM
          && INSIDE.stream().anyMatch(word -> contains(name, word))) {
        names.add(here);
      }
      switch (field.getJavaType()) {
        case BYTE_STRING -> bytes.add(here);
        case MESSAGE -> walk(here, field.getMessageType(), above, bytes, names);
        case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, ENUM -> {}
      }
    }
    above.remove(message);
  }

  private static boolean contains(String name, String word) {
    return ("_" + name + "_").contains("_" + word + "_");
  }
}
