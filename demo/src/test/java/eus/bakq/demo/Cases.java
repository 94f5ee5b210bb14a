package eus.bakq.demo;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** One heading of docs/refused-input.md while it is written, line by line. For one thread. */
final class Cases {
  private final String group;
  private final List<RefusedInput> cases = new ArrayList<>();

  Cases(String group) {
    this.group = group;
  }

  void add(String call, String sent, String answer, RefusedInput.Exchange exchange) {
    cases.add(new RefusedInput(group, call, sent, answer, exchange));
  }

  /** What is of no call of the contract. */
  void add(String sent, String answer, RefusedInput.Exchange exchange) {
    add("-", sent, answer, exchange);
  }

  /** A call that would be accepted, with its first message changed. */
  void changed(String call, String sent, String answer, UnaryOperator<Message> change) {
    add(
        call,
        sent,
        answer,
        situations ->
            situations.sendMessages(call, List.of(change.apply(situations.of(call).getFirst()))));
  }

  List<RefusedInput> list() {
    return List.copyOf(cases);
  }
}
