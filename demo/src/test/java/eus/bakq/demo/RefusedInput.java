package eus.bakq.demo;

import java.util.Objects;

/**
 * One line of docs/refused-input.md: what is sent, and what comes back.
 *
 * @param group the heading under which it stands
 * @param call the RPC, such as {@code SignatureRequestService/CreateSignatureRequest}
 * @param sent what is wrong, in words
 * @param answer as {@link Answer#inALine} has it
 */
record RefusedInput(String group, String call, String sent, String answer, Exchange exchange) {
  /** Sends it. */
  @FunctionalInterface
  interface Exchange {
    Answer with(Situations situations) throws Exception;
  }

  RefusedInput {
    Objects.requireNonNull(exchange);
  }

  @Override
  public String toString() {
    return group + ": " + call + ", " + sent;
  }
}
