package eus.bakq.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import eus.bakq.contract.v1.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;

/** What a person is told when a call does not succeed: what happened, and what to do. */
final class Sentences {
  private Sentences() {}

  /** The sentence, and after it the fields at fault and the correlation id if there are any. */
  static String of(StatusRuntimeException failure) {
    StringBuilder text = new StringBuilder();
    Optional<ErrorInfo> info = info(failure);
    text.append(info.isPresent() ? of(reason(info.get())) : ofTransport(failure.getStatus()));
    detail(failure, BadRequest.class)
        .ifPresent(
            badRequest ->
                badRequest
                    .getFieldViolationsList()
                    .forEach(
                        violation ->
                            text.append("\n  ")
                                .append(Text.printable(violation.getField()))
                                .append(": ")
                                .append(Text.printable(violation.getDescription()))));
    info.map(one -> one.getMetadataOrDefault("correlation_id", ""))
        .filter(id -> !id.isEmpty())
        .ifPresent(
            id -> text.append("\n  (correlation id ").append(Text.printable(id)).append(')'));
    return text.toString();
  }

  /** 1 to 3, as the package's comment says. */
  static int exitCode(StatusRuntimeException failure) {
    Optional<ErrorInfo> info = info(failure);
    if (info.isPresent() && reason(info.get()) == Reason.REASON_FIELD_INVALID) {
      return FailedException.USAGE;
    }
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> FailedException.UNAVAILABLE;
      default -> FailedException.REFUSED;
    };
  }

  /** Why our server refused, with the correlation id; empty if it was not our server that did. */
  static Optional<ErrorInfo> info(StatusRuntimeException failure) {
    return detail(failure, ErrorInfo.class);
  }

  private static Reason reason(ErrorInfo info) {
    try {
      return Reason.valueOf("REASON_" + info.getReason());
    } catch (IllegalArgumentException e) {
      return Reason.UNRECOGNIZED; // of a newer server
    }
  }

  /** Without a default branch: a new reason does not compile until it has its sentence. */
  static String of(Reason reason) {
    return switch (reason) {
      case REASON_FIELD_INVALID -> "Some values are not accepted; correct them and try again.";
      case REASON_CALLER_UNKNOWN ->
          "The server does not know this client certificate; have it registered.";
      case REASON_CALLER_NOT_ALLOWED ->
          "This client certificate is registered for another role; use the one of this role.";
      case REASON_REQUEST_ID_REUSED ->
          "This request id was used for something else; leave it out to get a new one.";
      case REASON_QUOTA_EXCEEDED -> "The quota is used up for now; wait a while and try again.";
      case REASON_OVERLOADED -> "The service is busy; try again in a moment.";
      case REASON_TEMPORARILY_UNAVAILABLE ->
          "The service cannot do this at the moment; try again in a few seconds.";
      case REASON_INTERNAL ->
          "The service has failed; report the correlation id to those who run it.";
      case REASON_DATA_ALTERED ->
          "Data of the service were altered, and are not used; report the correlation id to those"
              + " who run it.";
      case REASON_DOCUMENT_UNREADABLE ->
          "The document is not one that can be signed in this format; check the file.";
      case REASON_DOCUMENT_ENCRYPTED -> "The document is encrypted; send it without encryption.";
      case REASON_DOCUMENT_FORBIDS_SIGNING ->
          "The document's author allows no further signature; ask for one that may be signed.";
      case REASON_DOCUMENT_TOO_LARGE ->
          "The document is too large or too complicated; send a smaller one.";
      case REASON_SIGNATURE_FORM_NOT_OFFERED ->
          "The server does not offer this format, level or hash now; ask for another.";
      case REASON_SIGNATURE_REQUEST_NOT_FOUND ->
          "There is no such signature request; check the id or the address.";
      case REASON_SIGNATURE_REQUEST_NOT_OPEN ->
          "The signature request is no longer open; ask for its status, or for a new request.";
      case REASON_NOT_COMPLETED ->
          "The documents are not signed; ask for the status, which says what is to come.";
      case REASON_ALREADY_FETCHED ->
          "The signed documents were fetched and erased here; use the copy that was fetched.";
      case REASON_UPLOAD_NOT_FOUND -> "What was uploaded is not there any more; upload it again.";
      case REASON_UPLOAD_DIFFERS ->
          "What arrived is not what was announced; check the file and upload it again.";
      case REASON_STREAM_TOO_SLOW ->
          "The document was sent or read too slowly; try again on a better connection.";
      case REASON_APPLICANT_UNDER_AGE,
          REASON_IDENTITY_DOCUMENT_EXPIRED,
          REASON_IDENTIFICATION_TOO_OLD,
          REASON_OFFICER_IS_APPLICANT,
          REASON_SIGNER_ALREADY_REGISTERED,
          REASON_SIGNER_NOT_FOUND,
          REASON_SIGNER_STATE,
          REASON_NO_CREDENTIAL,
          REASON_CREDENTIAL_STATE,
          REASON_ACTIVATION_LINK_INVALID,
          REASON_ACTIVATION_STEP,
          REASON_PASSWORD_NOT_ACCEPTED,
          REASON_PERSONAL_DATA_NOT_CONFIRMED,
          REASON_TERMS_NOT_CURRENT,
          REASON_PASSWORD_NOT_CHANGED,
          REASON_PROGRAM_CLOCK_DIFFERS,
          REASON_INTERACTION_NOT_FOUND,
          REASON_AUTHENTICATION_FAILED,
          REASON_PASSWORD_AGAIN,
          REASON_ACTIVATION_REFUSED ->
          ofAPerson(reason);
      case REASON_UNSPECIFIED, UNRECOGNIZED ->
          "The call was refused for a reason that this program does not know; update it.";
    };
  }

  /** What registration officers and citizens are told of what they do. */
  private static String ofAPerson(Reason reason) {
    return switch (reason) {
      case REASON_APPLICANT_UNDER_AGE ->
          "The applicant is younger than 16; register after the birthday.";
      case REASON_IDENTITY_DOCUMENT_EXPIRED ->
          "The identity document has expired; ask for one that is valid.";
      case REASON_IDENTIFICATION_TOO_OLD ->
          "The identification is five years old or more; identify the person again.";
      case REASON_OFFICER_IS_APPLICANT ->
          "Officers cannot act on their own registration; another officer has to.";
      case REASON_SIGNER_ALREADY_REGISTERED ->
          "This person is registered already; renew the activation if the link was lost.";
      case REASON_SIGNER_NOT_FOUND ->
          "Nobody is registered with this number; check it, or register the person.";
      case REASON_SIGNER_STATE ->
          "The person's state does not need or allow this; another act may be the right one.";
      case REASON_NO_CREDENTIAL ->
          "The person has no BakQ in use; renew the activation if the person wants one.";
      case REASON_CREDENTIAL_STATE ->
          "The person's BakQ is suspended already, or is not suspended; another act may be right.";
      case REASON_ACTIVATION_LINK_INVALID ->
          "This activation link cannot be used; ask a registration point for a new one.";
      case REASON_ACTIVATION_STEP ->
          "This step of the activation is not the next one; begin again with the link.";
      case REASON_PASSWORD_NOT_ACCEPTED -> "The new password is not accepted; choose another.";
      case REASON_PERSONAL_DATA_NOT_CONFIRMED ->
          "The expiry date does not match; read it on the document shown at registration.";
      case REASON_TERMS_NOT_CURRENT ->
          "The terms have changed meanwhile; begin again to read them.";
      case REASON_PASSWORD_NOT_CHANGED ->
          "The password was not changed; begin again, or ask at a registration point.";
      case REASON_PROGRAM_CLOCK_DIFFERS ->
          "The clock of this device is wrong by more than five minutes: set it, and try again.";
      case REASON_INTERACTION_NOT_FOUND -> "This took too long or was ended; begin again.";
      case REASON_AUTHENTICATION_FAILED ->
          "You were not recognised; check what you typed and begin again.";
      case REASON_PASSWORD_AGAIN ->
          "The password is needed once more, nothing was signed; begin again.";
      case REASON_ACTIVATION_REFUSED ->
          "The signature was refused and nothing was signed; ask whom the request is for.";
      default -> throw new IllegalArgumentException(reason.name());
    };
  }

  private static String ofTransport(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          "The server cannot be reached, or does not accept this certificate; check the addresses"
              + " and certificates of the connection file.";
      case DEADLINE_EXCEEDED -> "The server took too long to answer; try again.";
      case UNIMPLEMENTED -> "This server does not offer this; a demo command needs a demo server.";
      case RESOURCE_EXHAUSTED -> "The message is larger than the server takes; send less.";
      default ->
          "The call ended in an unexpected way ("
              + status.getCode()
              + "); report it if it repeats.";
    };
  }

  private static <T extends com.google.protobuf.Message> Optional<T> detail(
      StatusRuntimeException failure, Class<T> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty(); // an unreadable detail tells nothing; the code remains
        }
      }
    }
    return Optional.empty();
  }
}
