package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.State;
import java.util.Set;

/** What the authority says of a certificate. That its time is over is not told here. */
public enum CertificateState implements State<CertificateState> {
  /** Neither suspended nor revoked. */
  GOOD,
  /** On hold, until a time; then revoked, if it was not lifted (CRT-10). */
  SUSPENDED,
  /** Not valid any more, for ever. */
  REVOKED;

  @Override
  public boolean isFirst() {
    return this == GOOD;
  }

  @Override
  public Set<CertificateState> next() {
    return switch (this) {
      case GOOD -> Set.of(SUSPENDED, REVOKED);
      case SUSPENDED -> Set.of(GOOD, REVOKED);
      case REVOKED -> Set.of();
    };
  }
}
