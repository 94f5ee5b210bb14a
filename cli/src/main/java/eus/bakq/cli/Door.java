package eus.bakq.cli;

import java.util.Locale;

/** A listener of the server, and as whom it is called. */
enum Door {
  SEDE(true),
  REGISTRATION(true),
  SIGNER(false),
  AUDITOR(true);

  private final boolean withCertificate;

  Door(boolean withCertificate) {
    this.withCertificate = withCertificate;
  }

  /** What its keys in the connection file begin with. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether its callers prove who they are by a client certificate. */
  boolean withCertificate() {
    return withCertificate;
  }
}
