package eus.bakq.server.hsm;

import java.util.Locale;

/** For what a token was made; stamped at its ceremony. Neither is accepted for the other. */
public enum HsmProfile {
  DEMO,
  PRODUCTION;

  /** The word in plans and transcripts. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
