package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import eus.bakq.contract.v1.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SentencesTest {
  @ParameterizedTest
  @EnumSource(Reason.class)
  void isOneSentenceThatSaysWhatHappenedAndWhatToDo(Reason reason) {
    assertThat(Sentences.of(reason)).matches("[A-Z][^.\n]{10,}[;,][^.\n]{5,}\\.");
  }

  @Test
  void namesTheFieldsAtFault() {
    StatusRuntimeException failure =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setReason("FIELD_INVALID")
                            .setDomain("bakq.eus")
                            .build()))
                .addDetails(
                    Any.pack(
                        BadRequest.newBuilder()
                            .addFieldViolations(
                                BadRequest.FieldViolation.newBuilder()
                                    .setField("mobile")
                                    .setDescription("is a number\u001b"))
                            .build()))
                .build());
    assertThat(Sentences.of(failure)).contains("mobile: is a number?");
    assertThat(Sentences.exitCode(failure)).isEqualTo(2);
  }

  @Test
  void understandsEndsThatTheServerDidNotMake() {
    StatusRuntimeException unreachable = Status.UNAVAILABLE.asRuntimeException();
    assertThat(Sentences.of(unreachable)).contains("cannot be reached");
    assertThat(Sentences.exitCode(unreachable)).isEqualTo(3);
    assertThat(Sentences.exitCode(Status.DEADLINE_EXCEEDED.asRuntimeException())).isEqualTo(3);
    assertThat(Sentences.exitCode(Status.UNIMPLEMENTED.asRuntimeException())).isEqualTo(1);
  }
}
