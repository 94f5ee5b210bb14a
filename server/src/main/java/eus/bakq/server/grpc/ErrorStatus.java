package eus.bakq.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signer.AlteredRowException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only mapping from the four kinds of failure to what a caller is told: a {@code
 * google.rpc.Status} with one {@code ErrorInfo}, whose shape docs/errors.md describes (API-08). A
 * bug's answer says nothing but the correlation id.
 */
public final class ErrorStatus {
  /** The domain of every {@code ErrorInfo}. */
  static final String DOMAIN = "bakq.eus";

  /** The key of the correlation id in {@code ErrorInfo.metadata}. */
  static final String CORRELATION_ID = "correlation_id";

  private static final java.time.Duration AFTER_UNKNOWN_COMMIT = java.time.Duration.ofSeconds(2);
  private static final String FIELD_INVALID = "FIELD_INVALID";
  private static final String INTERNAL = "INTERNAL";

  private static final Logger logger = LoggerFactory.getLogger(ErrorStatus.class);

  private ErrorStatus() {}

  /**
   * What the present call ends with because of {@code failure}, which is logged here, once: what
   * callers do wrong without a stack, what goes wrong with us with one.
   */
  public static StatusRuntimeException of(Throwable failure) {
    String correlationId = CorrelationId.current();
    log(failure, correlationId);
    return StatusProto.toStatusRuntimeException(status(failure, correlationId));
  }

  private static Status status(Throwable failure, String correlationId) {
    return switch (failure) {
      case MalformedException malformed ->
          answer(Code.INVALID_ARGUMENT, FIELD_INVALID, correlationId)
              .addDetails(Any.pack(badRequest(malformed.violations())))
              .build();
      case RefusedException refused -> refusal(refused, correlationId);
      case UnavailableException unavailable ->
          answer(Code.UNAVAILABLE, unavailable.kind().name(), correlationId)
              .addDetails(Any.pack(retryAfter(unavailable.retryAfter())))
              .build();
      // Every call that writes may be repeated with the same request_id, whatever became of this
      // one.
      case CommitUnknownException _ ->
          answer(Code.UNAVAILABLE, "TEMPORARILY_UNAVAILABLE", correlationId)
              .addDetails(Any.pack(retryAfter(AFTER_UNKNOWN_COMMIT)))
              .build();
      case AlteredRowException _ -> answer(Code.DATA_LOSS, "DATA_ALTERED", correlationId).build();
      default -> answer(Code.INTERNAL, INTERNAL, correlationId).clearMessage().build();
    };
  }

  private static Status refusal(RefusedException refused, String correlationId) {
    Status.Builder status =
        answer(code(refused.refusal()), refused.refusal().name(), correlationId);
    if (!refused.violations().isEmpty()) {
      status.addDetails(Any.pack(badRequest(refused.violations())));
    }
    Optional<java.time.Duration> wait = refused.retryAfter();
    wait.ifPresent(duration -> status.addDetails(Any.pack(retryAfter(duration))));
    return status.build();
  }

  private static Status.Builder answer(Code code, String reason, String correlationId) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason(reason)
            .setDomain(DOMAIN)
            .putMetadata(CORRELATION_ID, correlationId)
            .build();
    return Status.newBuilder()
        .setCode(code.getNumber())
        .setMessage(reason + ": see docs/errors.md")
        .addDetails(Any.pack(info));
  }

  /** Without a default branch: a new refusal does not compile until it has a code. */
  static Code code(Refusal refusal) {
    return switch (refusal) {
      case REQUEST_ID_REUSED,
          DOCUMENT_UNREADABLE,
          DOCUMENT_ENCRYPTED,
          DOCUMENT_FORBIDS_SIGNING,
          DOCUMENT_TOO_LARGE,
          UPLOAD_DIFFERS,
          PASSWORD_NOT_ACCEPTED ->
          Code.INVALID_ARGUMENT;
      case CALLER_UNKNOWN, AUTHENTICATION_FAILED -> Code.UNAUTHENTICATED;
      case CALLER_NOT_ALLOWED, OFFICER_IS_APPLICANT, ACTIVATION_REFUSED -> Code.PERMISSION_DENIED;
      case QUOTA_EXCEEDED -> Code.RESOURCE_EXHAUSTED;
      case STREAM_TOO_SLOW -> Code.ABORTED;
      case SIGNATURE_REQUEST_NOT_FOUND,
          UPLOAD_NOT_FOUND,
          SIGNER_NOT_FOUND,
          ACTIVATION_LINK_INVALID,
          INTERACTION_NOT_FOUND ->
          Code.NOT_FOUND;
      case SIGNER_ALREADY_REGISTERED -> Code.ALREADY_EXISTS;
      case SIGNATURE_FORM_NOT_OFFERED,
          SIGNATURE_REQUEST_NOT_OPEN,
          NOT_COMPLETED,
          ALREADY_FETCHED,
          APPLICANT_UNDER_AGE,
          IDENTITY_DOCUMENT_EXPIRED,
          IDENTIFICATION_TOO_OLD,
          SIGNER_STATE,
          NO_CREDENTIAL,
          CREDENTIAL_STATE,
          ACTIVATION_STEP,
          PERSONAL_DATA_NOT_CONFIRMED,
          TERMS_NOT_CURRENT,
          PASSWORD_NOT_CHANGED,
          PASSWORD_AGAIN,
          PROGRAM_CLOCK_DIFFERS ->
          Code.FAILED_PRECONDITION;
    };
  }

  private static BadRequest badRequest(List<FieldViolation> violations) {
    BadRequest.Builder badRequest = BadRequest.newBuilder();
    for (FieldViolation violation : violations) {
      badRequest
          .addFieldViolationsBuilder()
          .setField(violation.field())
          .setDescription(violation.description());
    }
    return badRequest.build();
  }

  private static RetryInfo retryAfter(java.time.Duration wait) {
    return RetryInfo.newBuilder()
        .setRetryDelay(Duration.newBuilder().setSeconds(wait.getSeconds()).setNanos(wait.getNano()))
        .build();
  }

  private static void log(Throwable failure, String correlationId) {
    switch (failure) {
      case MalformedException malformed ->
          logger
              .atInfo()
              .addKeyValue(CORRELATION_ID, correlationId)
              .addKeyValue(
                  "fields", malformed.violations().stream().map(FieldViolation::field).toList())
              .log("a call was malformed");
      case RefusedException refused ->
          logger
              .atInfo()
              .addKeyValue(CORRELATION_ID, correlationId)
              .addKeyValue("refusal", refused.refusal())
              .log("a call was refused");
      case UnavailableException unavailable ->
          logger
              .atWarn()
              .addKeyValue(CORRELATION_ID, correlationId)
              .addKeyValue("kind", unavailable.kind())
              .setCause(unavailable)
              .log("a call could not be done now");
      case CommitUnknownException unknown ->
          logger
              .atWarn()
              .addKeyValue(CORRELATION_ID, correlationId)
              .setCause(unknown)
              .log("it is not known whether a call was committed");
      case AlteredRowException altered ->
          logger
              .atError()
              .addKeyValue(CORRELATION_ID, correlationId)
              .addKeyValue("table", altered.table())
              .addKeyValue("row", altered.row())
              .setCause(altered)
              .log("a call met a row that somebody has altered");
      default ->
          logger
              .atError()
              .addKeyValue(CORRELATION_ID, correlationId)
              .setCause(failure)
              .log("a call failed by a fault of ours");
    }
  }
}
