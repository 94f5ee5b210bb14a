package eus.bakq.server.enrolment;

import eus.bakq.server.vocabulary.State;
import java.util.EnumSet;
import java.util.Set;

/**
 * The steps of an activation (flow F2). Their order is the policy: no step may be left out (ENR-10,
 * ENR-11, ENR-12). Whoever closes the program half-way opens the link again and begins anew; the
 * link is used up when the activation is completed (ENR-08).
 */
public enum ActivationState implements State<ActivationState> {
  /** The link was sent; nobody has opened it. */
  LINK_SENT,
  /** The link was opened; the temporary password was sent. */
  OPENED,
  /** The citizen has set an own password; the temporary one is void. */
  PASSWORD_SET,
  /** The citizen has confirmed the personal data. */
  DATA_CONFIRMED,
  /** The citizen has accepted the terms. */
  TERMS_ACCEPTED,
  /** The first authentication succeeded; the key is made and certified. */
  COMPLETED,
  /** Ended by wrong answers, or given up. */
  ENDED,
  /** Replaced by a newer one. */
  SUPERSEDED,
  /** Not completed in time. */
  EXPIRED;

  @Override
  public boolean isFirst() {
    return this == LINK_SENT;
  }

  @Override
  public Set<ActivationState> next() {
    return switch (this) {
      case LINK_SENT -> EnumSet.of(OPENED, ENDED, SUPERSEDED, EXPIRED);
      case OPENED -> EnumSet.of(OPENED, PASSWORD_SET, ENDED, SUPERSEDED, EXPIRED);
      case PASSWORD_SET -> EnumSet.of(OPENED, DATA_CONFIRMED, ENDED, SUPERSEDED, EXPIRED);
      case DATA_CONFIRMED -> EnumSet.of(OPENED, TERMS_ACCEPTED, ENDED, SUPERSEDED, EXPIRED);
      case TERMS_ACCEPTED -> EnumSet.of(OPENED, COMPLETED, ENDED, SUPERSEDED, EXPIRED);
      case COMPLETED, ENDED, SUPERSEDED, EXPIRED -> EnumSet.noneOf(ActivationState.class);
    };
  }
}
