package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.util.Optional;

/** A token as a place of the anchor: in a data object, which is made when it is first needed. */
final class TokenAnchorPlace implements AnchorPlace {
  private final String role;
  private final Partition token;

  /** The token of {@code role} in one partition. */
  TokenAnchorPlace(String role, Partition token) {
    this.role = role;
    this.token = token;
  }

  @Override
  public String name() {
    return token.number() == 1 ? role : role + "-" + token.number();
  }

  @Override
  public String kind() {
    return role;
  }

  @Override
  public boolean isAway() {
    return !token.isServing();
  }

  @Override
  public Optional<Bytes> read() {
    Optional<Bytes> kept;
    try {
      kept =
          token.<Optional<Bytes>, RuntimeException>use(
              (session, keys) -> AnchorObject.read(session, role));
    } catch (TokenAwayException e) {
      throw Partition.unavailable(e);
    }
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
    try {
      token.write(session -> AnchorObject.keep(session, role, value));
    } catch (TokenAwayException e) {
      throw Partition.unavailable(e);
    }
  }
}
