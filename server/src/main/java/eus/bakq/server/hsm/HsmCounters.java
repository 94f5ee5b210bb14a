package eus.bakq.server.hsm;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often this process has used the HSM since its start. What others do with the tokens is not in
 * it: that is counted by the HSM ({@link KeyUseReading}). Safe for several threads.
 */
public final class HsmCounters {
  private final LongAdder macs = new LongAdder();
  private final LongAdder passwordMacs = new LongAdder();
  private final LongAdder signatures = new LongAdder();
  private final LongAdder generatedKeys = new LongAdder();
  private final LongAdder recoveries = new LongAdder();
  private final UnrecordedKeyUses unrecordedKeyUses = new UnrecordedKeyUses();

  HsmCounters() {}

  /** MACs computed with any key. */
  public long macs() {
    return macs.sum();
  }

  /** Of these, with {@link MacKey#VERIFY} or {@link MacKey#ACTIVATE}. */
  public long passwordMacs() {
    return passwordMacs.sum();
  }

  /** Signature values computed with citizens' keys. */
  public long signatures() {
    return signatures.sum();
  }

  /** Citizens' keys made. */
  public long generatedKeys() {
    return generatedKeys.sum();
  }

  /** Recoveries of a token after faults. */
  public long recoveries() {
    return recoveries.sum();
  }

  /** Uses of the keys of passwords that are still to be recorded. */
  public UnrecordedKeyUses unrecordedKeyUses() {
    return unrecordedKeyUses;
  }

  void countMac(MacKey key) {
    macs.increment();
    if (key == MacKey.VERIFY || key == MacKey.ACTIVATE) {
      passwordMacs.increment();
    }
  }

  void countSignature() {
    signatures.increment();
  }

  void countGeneratedKey() {
    generatedKeys.increment();
  }

  void countRecovery() {
    recoveries.increment();
  }
}
