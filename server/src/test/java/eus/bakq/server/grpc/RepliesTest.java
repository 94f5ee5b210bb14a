package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RepliesTest {
  private final Answers answers = new Answers();

  @Test
  void answersOnce() {
    Replies.reply(answers, () -> "yes");
    assertThat(answers.seen).containsExactly("yes", "completed");
  }

  @Test
  void answersARefusalInOurShape() {
    Replies.reply(
        answers,
        () -> {
          throw new RefusedException(Refusal.SIGNER_NOT_FOUND);
        });
    assertThat(answers.seen).containsExactly("SIGNER_NOT_FOUND");
  }

  @Test
  void answersEvenAnErrorOfTheMachineInOurShape() {
    Replies.reply(
        answers,
        () -> {
          throw new StackOverflowError();
        });
    assertThat(answers.seen).containsExactly("INTERNAL");
  }

  @Test
  void doesNotBeginWorkWhoseCallerHasGone() {
    AtomicBoolean begun = new AtomicBoolean();
    Context.CancellableContext gone = Context.current().withCancellation();
    gone.cancel(new CancellationException());
    gone.run(
        () ->
            Replies.reply(
                answers,
                () -> {
                  begun.set(true);
                  return "never";
                }));
    assertThat(begun).isFalse();
    assertThat(answers.seen).isEmpty();
  }

  private static final class Answers implements StreamObserver<String> {
    private final List<String> seen = new ArrayList<>();

    @Override
    public void onNext(String value) {
      seen.add(value);
    }

    @Override
    public void onError(Throwable error) {
      seen.add(Errors.reason(error));
    }

    @Override
    public void onCompleted() {
      seen.add("completed");
    }
  }
}
