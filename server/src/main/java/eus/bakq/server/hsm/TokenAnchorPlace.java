package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.util.Optional;

/** A token as a place of the anchor: in a data object, which is made when it is first needed. */
final class TokenAnchorPlace implements AnchorPlace {
  private final String role;
  private final SessionPool pool;

  TokenAnchorPlace(String role, SessionPool pool) {
    this.role = role;
    this.pool = pool;
  }

  @Override
  public String name() {
    return role;
  }

  @Override
  public Optional<Bytes> read() {
    Optional<Bytes> kept =
        pool.<Optional<Bytes>, RuntimeException>use(
            (session, keys) -> AnchorObject.read(session, role));
    if (kept.isPresent() && kept.get().size() > MOST_BYTES) {
      throw UnavailableException.temporarily("an anchor in a token has another form", null);
    }
    return kept;
  }

  @Override
  public void keep(Bytes value) {
    if (value.size() > MOST_BYTES) {
      throw new IllegalArgumentException("an anchor has at most 256 bytes");
    }
    pool.write(session -> AnchorObject.keep(session, role, value));
  }
}
