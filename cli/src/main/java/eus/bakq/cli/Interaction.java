package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.signer.v1.Proof;
import io.grpc.MethodDescriptor;

/** An interaction that a citizen's program has opened: what each of its steps needs. */
record Interaction(String id, ProgramKey key) {
  /** For a step without a ticket. */
  Proof prove(MethodDescriptor<?, ?> step) {
    return key.prove(step, id);
  }

  /** For a step that gives a ticket back. */
  Proof prove(MethodDescriptor<?, ?> step, ByteString ticket) {
    return key.prove(step, id, ticket);
  }
}
