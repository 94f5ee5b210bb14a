package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * The epochs that the signed transcript knows, in the order in which they began
 * (docs/sole-control.md section 2).
 *
 * @param transcriptSha256 of the transcript's bytes, by which it is told from earlier ones
 * @param all at least one that is open
 */
public record Epochs(Bytes transcriptSha256, List<Epoch> all) {
  public Epochs {
    all = List.copyOf(all);
    if (all.stream().noneMatch(Epoch::isOpen)) {
      throw new IllegalArgumentException("one epoch is open");
    }
  }

  /** The one in which keys are made now: the last that is open. */
  public Epoch newest() {
    return all.stream()
        .filter(Epoch::isOpen)
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new IllegalStateException("one epoch is open"));
  }

  /** Those that are open and in which no key is made any more. */
  public List<Epoch> older() {
    Epoch newest = newest();
    return all.stream().filter(epoch -> epoch.isOpen() && !epoch.equals(newest)).toList();
  }

  /**
   * Holds this node's transcript to what another one, or an earlier start, has seen of an epoch: a
   * transcript of the past would have keys made, or opened, in an epoch of the past.
   *
   * @param ended whether it was seen to have ended
   * @throws HsmRefusedException if the transcript is older
   */
  public void requireNoOlder(String id, boolean ended) {
    Optional<Epoch> known = all.stream().filter(epoch -> epoch.id().equals(id)).findFirst();
    if (known.isEmpty() || (ended && known.get().isOpen())) {
      throw new HsmRefusedException("transcript", id, "is no older than the one used before");
    }
  }
}
