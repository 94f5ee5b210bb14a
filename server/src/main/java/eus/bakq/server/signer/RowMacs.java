package eus.bakq.server.signer;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import java.util.Objects;

/**
 * The MACs under which rows stand that link a person to what is his: made with a key that the
 * database does not hold (ENR-14). Whoever can write the database can delete such a row or set it
 * back to an older form, but not make or change one.
 *
 * <p>Safe for several threads. Throws {@link eus.bakq.server.failure.UnavailableException} when the
 * HSM does not answer.
 */
public final class RowMacs {
  /** The size of a MAC, in bytes. */
  public static final int SIZE = 32;

  private final InfrastructureKeys keys;

  public RowMacs(InfrastructureKeys keys) {
    this.keys = Objects.requireNonNull(keys);
  }

  /**
   * The MAC of a row.
   *
   * @param row every column of it, in an encoding of a domain of its own ({@code
   *     bakq/row/table/v1})
   */
  public Bytes mac(Encoding row) {
    return Bytes.copyOf(keys.mac(MacKey.ROWS, row.toByteArray()));
  }

  /** Does the HSM's work of one row that is not there, where the absence of a row must not show. */
  public void standIn() {
    byte[] unused = keys.mac(MacKey.ROWS, Encoding.of("bakq/row/stand-in/v1").toByteArray());
    java.util.Arrays.fill(unused, (byte) 0);
  }

  /**
   * Returns if {@code mac} is the MAC of {@code row}.
   *
   * @param id of the row, pseudonymous, for the alert
   * @throws AlteredRowException if it is not
   */
  public void require(Encoding row, Bytes mac, String table, Object id) {
    if (!mac(row).equals(mac)) {
      throw new AlteredRowException(table, id.toString());
    }
  }
}
