package eus.bakq.cli;

import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * How a call of the self-test ended.
 *
 * @param word the reason of the contract, such as {@code INTERACTION_NOT_FOUND}; the code of gRPC
 *     where our server gave none; the type of the message if the call was answered
 * @param correlationId under which the record knows a refusal; empty if there is none
 */
record Answer(End end, String word, String correlationId) {
  /** Whether there was a message in answer. */
  enum End {
    ANSWERED,
    REFUSED
  }

  /** These say that the server did not judge the call, and nothing of what it would have said. */
  private static final Set<String> NOT_JUDGED =
      Set.of(
          "UNAVAILABLE",
          "DEADLINE_EXCEEDED",
          "TEMPORARILY_UNAVAILABLE",
          "OVERLOADED",
          "QUOTA_EXCEEDED");

  /** Makes the call, and waits for its end. */
  static Answer of(Callable<?> call) {
    try {
      Object message = call.call();
      return new Answer(End.ANSWERED, message.getClass().getSimpleName(), "");
    } catch (StatusRuntimeException e) {
      return of(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("not the end of a call", e);
    }
  }

  /** Reads the end of a call that was not answered. */
  static Answer of(StatusRuntimeException end) {
    Optional<ErrorInfo> info = Sentences.info(end);
    return new Answer(
        End.REFUSED,
        info.map(ErrorInfo::getReason).orElse(end.getStatus().getCode().name()),
        info.map(one -> one.getMetadataOrDefault("correlation_id", "")).orElse(""));
  }

  boolean isAnswered() {
    return end == End.ANSWERED;
  }

  /** Whether the server did not judge the call; the attack has to be made again another time. */
  boolean isNotJudged() {
    return end == End.REFUSED && NOT_JUDGED.contains(word);
  }
}
