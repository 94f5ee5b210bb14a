package eus.bakq.server.config;

import java.util.List;

/**
 * The configuration cannot be used. Says everything that is wrong with it at once, and what each
 * key must be.
 */
public final class InvalidConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  InvalidConfigurationException(List<String> faults) {
    super(
        "the configuration has " + faults.size() + " fault(s):\n  " + String.join("\n  ", faults));
    this.faults = List.copyOf(faults);
  }

  /** One sentence for each fault, beginning with the key. */
  public List<String> faults() {
    return faults;
  }
}
