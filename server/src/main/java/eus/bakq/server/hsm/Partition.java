package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.server.failure.UnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token of one role in one partition. It is let in once it has passed everything that a start
 * asks of it, rests when three attempts at a call have failed, and is used again only when {@link
 * #look} has logged in and found all its keys as they must be. Safe for several threads.
 */
final class Partition implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

  /** What opens the token and asks of it all that a start asks. */
  @FunctionalInterface
  interface Opener {
    /**
     * A pool of the token, which has passed.
     *
     * @throws HsmRefusedException if it does not answer, or is not as it must be
     */
    SessionPool open(Rest rest);
  }

  private final int number;
  private final Opener opener;
  private final Rest rest;

  /** Null until the token was let in for the first time. */
  private volatile SessionPool pool;

  private volatile boolean closed;

  /**
   * @param number its place in the configuration, from 1
   */
  Partition(int number, Rest rest, Opener opener) {
    this.number = number;
    this.rest = rest;
    this.opener = opener;
  }

  /** One that was let in already. */
  static Partition of(SessionPool pool, Rest rest) {
    Partition partition = new Partition(1, rest, any -> pool);
    partition.pool = pool;
    return partition;
  }

  /** Its place in the configuration, from 1. */
  int number() {
    return number;
  }

  /**
   * Opens it for the first time; one that does not answer is asked three times, as by a call. If it
   * is refused, it rests and is looked at later.
   *
   * @throws HsmRefusedException if it does not answer, or is not as it must be
   */
  void open() {
    int attempt = 1;
    while (pool == null) {
      try {
        pool = opener.open(rest);
      } catch (HsmRefusedException e) {
        if (!e.isUnanswered() || attempt == SessionPool.ATTEMPTS) {
          rest.begin(e);
          throw e;
        }
        attempt++;
        LOG.atWarn().addKeyValue("partition", number).setCause(e).log("a token is asked again");
      }
    }
  }

  /** Whether calls may go to it. */
  boolean isServing() {
    return pool != null && !rest.isOn();
  }

  /** How much it has to do: sessions in use; more than any of them while it is being recovered. */
  int load() {
    SessionPool opened = pool;
    return opened == null ? Integer.MAX_VALUE : opened.load();
  }

  /**
   * As {@link SessionPool#use}.
   *
   * @throws TokenAwayException if the token rests, or does not do it
   */
  <T, E extends Exception> T use(TokenAction<T, E> action) throws E, TokenAwayException {
    return serving().use(action);
  }

  /** As {@link SessionPool#write}. */
  void write(SessionPool.Writing writing) throws TokenAwayException {
    serving().write(writing);
  }

  /**
   * Lets the token in, or in again, if its rest is over and it is as it must be. For one thread at
   * a time; may last as long as the token lets it wait.
   */
  void look() {
    if (!rest.isOver() || closed) {
      return;
    }
    try {
      if (pool == null) {
        letIn(opener.open(rest));
      } else {
        pool.reopen();
      }
      rest.end();
    } catch (HsmRefusedException | TokenAwayException | Pkcs11Exception e) {
      rest.again(e);
    }
  }

  private synchronized void letIn(SessionPool opened) {
    pool = opened;
    if (closed) {
      opened.close();
    }
  }

  private SessionPool serving() throws TokenAwayException {
    SessionPool opened = pool;
    if (opened == null || rest.isOn()) {
      throw new TokenAwayException("the HSM failed a moment ago", null);
    }
    return opened;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pool != null) {
      pool.close();
    }
  }

  /** What callers are told when no partition does it. */
  static UnavailableException unavailable(TokenAwayException last) {
    return UnavailableException.temporarily(last.getMessage(), last.getCause());
  }
}
