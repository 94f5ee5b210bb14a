package eus.bakq.demo;

import java.util.ArrayList;
import java.util.List;

/** The whole table of docs/refused-input.md. */
final class RefusedInputs {
  private RefusedInputs() {}

  /** What can be sent in any order and at the same time, each list by one thread. */
  static List<List<RefusedInput>> hail() {
    return List.of(
        FieldTable.cases(),
        together(ValueRubbish.cases(), DocumentRubbish.cases()),
        together(RequestStates.cases(), ActivationStates.cases(), SignerStates.cases()),
        together(
            CallerRubbish.cases(),
            HealthRubbish.cases(),
            ProtocolRubbish.cases(),
            StreamRubbish.cases()));
  }

  /** What needs the clock, and comes last. */
  static List<RefusedInput> afterwards() {
    return ExpiredRubbish.cases();
  }

  static List<RefusedInput> all() {
    List<RefusedInput> all = new ArrayList<>();
    hail().forEach(all::addAll);
    all.addAll(afterwards());
    return all;
  }

  @SafeVarargs
  private static List<RefusedInput> together(List<RefusedInput>... lists) {
    List<RefusedInput> all = new ArrayList<>();
    for (List<RefusedInput> list : lists) {
      all.addAll(list);
    }
    return all;
  }
}
