package eus.bakq.server;

import eus.bakq.server.authentication.ChallengeState;
import eus.bakq.server.authentication.InteractionState;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.enrolment.ActivationState;
import eus.bakq.server.sam.LedgerState;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signing.SignatureRequestState;
import eus.bakq.server.vocabulary.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Every table of steps, by the name that migration V0013 gives it. */
final class StateTables {
  static final String LEDGER = "ledger";

  private static final Map<String, List<? extends State<?>>> TABLES = new LinkedHashMap<>();

  static {
    TABLES.put("signature_request", List.of(SignatureRequestState.values()));
    TABLES.put("interaction", List.of(InteractionState.values()));
    TABLES.put("challenge", List.of(ChallengeState.values()));
    TABLES.put("activation", List.of(ActivationState.values()));
    TABLES.put("signer", List.of(SignerState.values()));
    TABLES.put("credential", List.of(CredentialState.values()));
    TABLES.put("certificate", List.of(CertificateState.values()));
    TABLES.put(LEDGER, List.of(LedgerState.values()));
  }

  private StateTables() {}

  static Set<String> machines() {
    return TABLES.keySet();
  }

  static List<? extends State<?>> states(String machine) {
    return TABLES.get(machine);
  }

  static List<String> names(String machine) {
    return states(machine).stream().map(Object::toString).toList();
  }

  /** The first states, which the database sees as following an empty one. */
  static Set<String> first(String machine) {
    return states(machine).stream()
        .filter(State::isFirst)
        .map(Object::toString)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What may follow {@code from}; what may come first if it is empty. */
  static Set<String> next(String machine, String from) {
    if (from.isEmpty()) {
      return first(machine);
    }
    return states(machine).stream()
        .filter(state -> state.toString().equals(from))
        .flatMap(state -> state.next().stream())
        .map(Object::toString)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
