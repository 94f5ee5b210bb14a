package eus.bakq.server.vocabulary;

/** Why a person's credentials are suspended. */
public enum SuspensionReason {
  /** The person asks for it. */
  SIGNER_ASKED,
  /** Somebody else may know the password, or have the phone. */
  COMPROMISE_SUSPECTED,
  /** A court or an authority has ordered it. */
  ORDERED
}
