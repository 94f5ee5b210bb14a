package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import eus.bakq.contract.v1.Reason;
import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signer.AlteredRowException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** API-08: one shape of error, one code for each reason. */
class ErrorStatusTest {
  /** Reasons that are no refusals: malformed, unavailable (2), a bug and an altered row. */
  private static final Set<String> OTHER_KINDS =
      Set.of("FIELD_INVALID", "OVERLOADED", "TEMPORARILY_UNAVAILABLE", "INTERNAL", "DATA_ALTERED");

  @Test
  void theRefusalsAreTheReasonsOfTheContract() {
    List<String> reasons =
        Arrays.stream(Reason.values())
            .filter(reason -> reason != Reason.REASON_UNSPECIFIED && reason != Reason.UNRECOGNIZED)
            .map(reason -> reason.name().substring("REASON_".length()))
            .filter(reason -> !OTHER_KINDS.contains(reason))
            .toList();
    assertThat(Refusal.values())
        .extracting(Refusal::name)
        .containsExactlyInAnyOrderElementsOf(reasons);
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void eachRefusalHasTheCodeThatTheContractPromises(Refusal refusal) throws IOException {
    assertThat(ErrorStatus.code(refusal).name()).isEqualTo(promisedCodes().get(refusal.name()));
  }

  @Test
  void theOtherKindsHaveTheCodesThatTheContractPromises() throws IOException {
    assertThat(promisedCodes())
        .containsEntry("FIELD_INVALID", codeOf(new MalformedException("id", "is a UUID")).name())
        .containsEntry(
            "OVERLOADED", codeOf(UnavailableException.overloaded(Duration.ofSeconds(1), "")).name())
        .containsEntry(
            "TEMPORARILY_UNAVAILABLE", codeOf(UnavailableException.temporarily("", null)).name())
        .containsEntry(
            "DATA_ALTERED", codeOf(new AlteredRowException("signer", "of nobody")).name())
        .containsEntry("INTERNAL", codeOf(new IllegalStateException()).name());
  }

  @Test
  void namesEachFieldOfAMalformedRequest() {
    StatusRuntimeException answer =
        ErrorStatus.of(
            new MalformedException(
                List.of(
                    new FieldViolation("documents[2].label", "has 1 to 100 characters"),
                    new FieldViolation("request_id", "is a UUID"))));
    assertThat(Errors.reason(answer)).isEqualTo("FIELD_INVALID");
    assertThat(Errors.detail(answer, BadRequest.class).getFieldViolationsList())
        .extracting(violation -> violation.getField() + " " + violation.getDescription())
        .containsExactly("documents[2].label has 1 to 100 characters", "request_id is a UUID");
  }

  @Test
  void saysHowLongToWaitForAQuota() {
    StatusRuntimeException answer =
        ErrorStatus.of(RefusedException.until(Refusal.QUOTA_EXCEEDED, Duration.ofMillis(1500)));
    assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(Errors.detail(answer, RetryInfo.class).getRetryDelay())
        .satisfies(
            delay -> {
              assertThat(delay.getSeconds()).isEqualTo(1);
              assertThat(delay.getNanos()).isEqualTo(500_000_000);
            });
  }

  @Test
  void saysWhyAPasswordIsNotAccepted() {
    StatusRuntimeException answer =
        ErrorStatus.of(
            RefusedException.naming(
                Refusal.PASSWORD_NOT_ACCEPTED,
                List.of(new FieldViolation("new_password", "is not one that many people use"))));
    assertThat(Errors.reason(answer)).isEqualTo("PASSWORD_NOT_ACCEPTED");
    assertThat(Errors.detail(answer, BadRequest.class).getFieldViolationsCount()).isEqualTo(1);
  }

  @Test
  void saysNothingAboutAFaultOfOurs() {
    StatusRuntimeException answer =
        ErrorStatus.of(
            new IllegalStateException("PIN 1234 of token custody", new IOException("at /etc/x")));
    com.google.rpc.Status details = StatusProto.fromThrowable(answer);
    assertThat(details.getMessage()).isEmpty();
    assertThat(details.getDetailsCount()).isEqualTo(1);
    assertThat(details.toString()).doesNotContain("1234", "custody", "/etc", "Exception");
    assertThat(answer.getStatus().getCause()).isNull();
    assertThat(Errors.detail(answer, ErrorInfo.class).getDomain()).isEqualTo("bakq.eus");
  }

  @Test
  void anUnknownIllegalArgumentIsOurFaultAndNotTheCallers() {
    assertThat(codeOf(new IllegalArgumentException("no such")).name()).isEqualTo("INTERNAL");
    assertThat(catchThrowable(() -> new Fields().check())).isNull();
  }

  private static Code codeOf(Throwable failure) {
    return Code.forNumber(StatusProto.fromThrowable(ErrorStatus.of(failure)).getCode());
  }

  private static Map<String, String> promisedCodes() throws IOException {
    try (InputStream contract =
        ErrorStatusTest.class.getResourceAsStream("/bakq/contract/v1/contract.proto")) {
      String text = new String(contract.readAllBytes(), StandardCharsets.UTF_8);
      Matcher matcher =
          Pattern.compile("// Code: ([A-Z_]+)[^\n]*\n  REASON_([A-Z_]+) =").matcher(text);
      Map<String, String> codes = new TreeMap<>();
      while (matcher.find()) {
        codes.put(matcher.group(2), matcher.group(1));
      }
      return codes;
    }
  }
}
