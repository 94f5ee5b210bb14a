package eus.bakq.hsmconfig;

/** What a key of the plan is for; decides which check value it gets. */
enum KeyUse {
  /** Wraps citizens' keys: must open a blob made at the ceremony. */
  WRAPPING,
  /** Computes HMACs: must give the MAC of a known text. */
  MAC,
  /** Signs: must match its public key. */
  SIGNING,
  /** Signs certificates: must match its public key, which is in a self-signed certificate. */
  AUTHORITY;

  /** The name in files. */
  String word() {
    return switch (this) {
      case WRAPPING -> "wrapping";
      case MAC -> "mac";
      case SIGNING -> "signing";
      case AUTHORITY -> "authority";
    };
  }
}
