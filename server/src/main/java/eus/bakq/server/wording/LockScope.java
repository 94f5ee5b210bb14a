package eus.bakq.server.wording;

/** What is locked, or about to be, as the citizen is told (AUT-10). */
public enum LockScope {
  /** All: there is one count for everybody. */
  EVERYWHERE("everywhere"),
  /** The devices with which the citizen has signed or activated before. */
  KNOWN_DEVICES("known-devices"),
  /** All but these. */
  OTHER_DEVICES("other-devices");

  private final String key;

  LockScope(String key) {
    this.key = key;
  }

  /** The last part of the texts' keys. */
  String key() {
    return key;
  }
}
