package eus.bakq.server.audit;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * One record of one database, named so that it can be recognised from outside: the database has it,
 * or its history is not the one that was anchored. Since records are chained, whoever has this one
 * has all before it.
 *
 * @param database the hash of the database's first record, by which databases are told apart: 32
 *     bytes
 * @param sequence the place of the record that is anchored, from 1
 * @param hash of that record: 32 bytes
 */
public record Anchor(Bytes database, long sequence, Bytes hash) {
  private static final String DOMAIN = "bakq/anchor/v1";
  private static final int HASH_SIZE = 32;
  private static final int PREFIX_SIZE = 4;
  private static final int BEFORE_DATABASE = PREFIX_SIZE + DOMAIN.length() + PREFIX_SIZE;
  private static final int BEFORE_SEQUENCE = BEFORE_DATABASE + HASH_SIZE + PREFIX_SIZE;
  private static final int BEFORE_HASH = BEFORE_SEQUENCE + Long.BYTES + PREFIX_SIZE;
  private static final int SIZE = BEFORE_HASH + HASH_SIZE;

  public Anchor {
    Objects.requireNonNull(database);
    Objects.requireNonNull(hash);
    if (database.size() != HASH_SIZE || hash.size() != HASH_SIZE || sequence < 1) {
      throw new IllegalArgumentException("an anchor names a record and its database");
    }
  }

  /** {@code enc("bakq/anchor/v1", database, sequence, hash)}: 102 bytes. */
  Bytes encoded() {
    return Encoding.of(DOMAIN).bytes(database).number(sequence).bytes(hash).toBytes();
  }

  /** The anchor of {@code encoded}, which is not trusted; empty if it is none. */
  static Optional<Anchor> parse(Bytes encoded) {
    if (encoded.size() != SIZE) {
      return Optional.empty();
    }
    byte[] bytes = encoded.toByteArray();
    long sequence = ByteBuffer.wrap(bytes).getLong(BEFORE_SEQUENCE);
    if (sequence < 1) {
      return Optional.empty();
    }
    Anchor anchor = new Anchor(hash(bytes, BEFORE_DATABASE), sequence, hash(bytes, BEFORE_HASH));
    return Optional.of(anchor).filter(parsed -> parsed.encoded().equals(encoded));
  }

  private static Bytes hash(byte[] bytes, int from) {
    return Bytes.copyOf(Arrays.copyOfRange(bytes, from, from + HASH_SIZE));
  }

  /** For people: the record's place and hash, and whose it is. */
  @Override
  public String toString() {
    return sequence + " " + hash.toHex() + " of " + database.toHex();
  }
}
