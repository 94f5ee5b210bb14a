package eus.bakq.server.caller;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All registered callers. A name and a certificate are each of one caller only: nobody acts as two,
 * and nobody has two roles. Immutable; safe for several threads.
 */
public final class RegisteredCallers {
  /** More than any country has; a larger file is a mistake. */
  public static final int MOST_CALLERS = 10_000;

  private final Map<CallerName, RegisteredCaller> byName;
  private final Map<Bytes, RegisteredCaller> byCertificate;

  /**
   * @param callers at most 10,000
   * @throws IllegalArgumentException if two have the same name or the same certificate, or a
   *     registration officer has no DNI (it could not be seen that he registers himself, ENR-06);
   *     names them
   */
  public RegisteredCallers(List<RegisteredCaller> callers) {
    if (callers.size() > MOST_CALLERS) {
      throw new IllegalArgumentException("at most 10000 callers can be registered");
    }
    Map<CallerName, RegisteredCaller> names = new HashMap<>();
    Map<Bytes, RegisteredCaller> certificates = new HashMap<>();
    for (RegisteredCaller caller : callers) {
      if (names.put(caller.name(), caller) != null) {
        throw new IllegalArgumentException(caller.name() + " is registered twice");
      }
      if (caller.role() == CallerRole.REGISTRATION_OFFICER && caller.dni().isEmpty()) {
        throw new IllegalArgumentException(caller.name() + " is an officer without a DNI");
      }
      RegisteredCaller other = certificates.put(caller.certificateSha256(), caller);
      if (other != null) {
        throw new IllegalArgumentException(
            caller.name() + " and " + other.name() + " have the same certificate");
      }
    }
    byName = Map.copyOf(names);
    byCertificate = Map.copyOf(certificates);
  }

  /** The caller whose client certificate has this SHA-256. */
  public Optional<RegisteredCaller> byCertificate(Bytes certificateSha256) {
    return Optional.ofNullable(byCertificate.get(certificateSha256));
  }

  public Optional<RegisteredCaller> byName(CallerName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Every caller, in no order. */
  public Collection<RegisteredCaller> all() {
    return byName.values();
  }
}
