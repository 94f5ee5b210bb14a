package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Reaction;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.server.failure.UnavailableException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions with one token, for any number of threads; meant for platform threads, since a native
 * call holds its carrier.
 *
 * <p>A login session is kept open, because closing a token's last session logs out. A session that
 * saw any error is closed, never used again. A failed action is tried three times: again in a new
 * session, then after a recovery, which logs in and checks all keys anew. Users hold a read lock,
 * recovery the write lock, so that no handle of a former login is ever used. After three failures
 * the token rests ({@link Rest}), and whoever is still trying stops.
 *
 * <p>Never finalises the module nor closes sessions of others: SunPKCS11 shares it.
 */
final class SessionPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SessionPool.class);
  static final int ATTEMPTS = 3;
  private static final Duration RETRY_IF_FULL = Duration.ofSeconds(2);

  private final TokenLogin login;
  private final HsmCounters counters;
  private final Duration sessionWait;
  private final int maximumSessions;
  private final Rest rest;
  private final Semaphore permits;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final AtomicLong generation = new AtomicLong();
  private final Deque<Pkcs11Session> idle = new ConcurrentLinkedDeque<>();
  private volatile TokenLogin.Opened current;
  private volatile boolean closed;

  private SessionPool(
      TokenLogin login,
      HsmSettings settings,
      HsmCounters counters,
      Rest rest,
      TokenLogin.Opened current) {
    this.login = login;
    this.counters = counters;
    this.sessionWait = settings.sessionWait();
    this.maximumSessions = settings.maximumSessions();
    this.rest = rest;
    this.permits = new Semaphore(maximumSessions, true);
    this.current = current;
  }

  /**
   * Logs in and checks the token's keys.
   *
   * @param rest is begun when three attempts have failed
   * @throws HsmRefusedException if the token does not answer, or is not as it must be
   */
  static SessionPool open(TokenLogin login, HsmSettings settings, HsmCounters counters, Rest rest) {
    try {
      return new SessionPool(
          login, settings, counters, rest, login.open(counters.unrecordedKeyUses()));
    } catch (Pkcs11Exception e) {
      throw HsmRefusedException.unanswered(login.role(), "", e);
    }
  }

  /** How many sessions are in use; more than there can be while the token is being recovered. */
  int load() {
    return lock.isWriteLocked() ? Integer.MAX_VALUE : maximumSessions - permits.availablePermits();
  }

  /**
   * Runs {@code action} in a session of its own, once or, if the token fails, up to three times.
   *
   * @throws TokenAwayException if the token does not answer, or is not as it must be any more
   * @throws UnavailableException if no session is free in time
   * @throws IllegalStateException if the token says that the call itself is wrong: a bug
   */
  <T, E extends Exception> T use(TokenAction<T, E> action) throws E, TokenAwayException {
    if (closed) {
      throw new IllegalStateException("the pool is closed");
    }
    if (!await(permits::tryAcquire)) {
      throw UnavailableException.overloaded(RETRY_IF_FULL, "no session with the HSM is free");
    }
    try {
      T result = attempt(action);
      rest.prove();
      return result;
    } finally {
      permits.release();
    }
  }

  /** Something that changes an object of the token; it is safe to be done again. */
  @FunctionalInterface
  interface Writing {
    void run(Pkcs11Session session) throws Pkcs11Exception;
  }

  /**
   * As {@link #use}, in a session that may change the token, and is closed at once: those that are
   * kept may not.
   */
  void write(Writing writing) throws TokenAwayException {
    this.<Boolean, RuntimeException>use(
        (session, keys) -> {
          TokenLogin.Opened opened = opened();
          try (Pkcs11Session writes = opened.module().openReadWriteSession(opened.slot())) {
            writing.run(writes);
          }
          return true;
        });
  }

  /**
   * Logs in anew and checks all keys, whatever the token's rest says.
   *
   * @throws HsmRefusedException if the token is not as it must be
   * @throws TokenAwayException if a call to it does not end in time
   * @throws Pkcs11Exception if it does not answer
   */
  void reopen() throws Pkcs11Exception, TokenAwayException {
    recover(() -> true);
  }

  @Override
  public void close() {
    Lock recovery = lock.writeLock();
    recovery.lock();
    try {
      closed = true;
      forgetSessions();
    } finally {
      recovery.unlock();
    }
  }

  private <T, E extends Exception> T attempt(TokenAction<T, E> action)
      throws E, TokenAwayException {
    Pkcs11Exception last = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long seen = generation.get();
      try {
        if (current == null || (last != null && (attempt == ATTEMPTS || mustRecover(last)))) {
          recover(() -> generation.get() == seen && !rest.isOn());
        }
        return once(action);
      } catch (Pkcs11Exception e) {
        if (e.reaction() == Reaction.NEVER_RETRY) {
          throw new IllegalStateException("the token refuses a call of ours", e);
        }
        last = e;
      } catch (HsmRefusedException e) {
        rest.begin(e);
        throw new TokenAwayException("the token is not as it must be any more", e);
      }
      if (rest.isOn()) {
        throw new TokenAwayException("the HSM does not answer", last);
      }
    }
    rest.begin(last);
    throw new TokenAwayException("the HSM does not answer", last);
  }

  private static boolean mustRecover(Pkcs11Exception failure) {
    return failure.reaction() == Reaction.RECOVER;
  }

  /** Another call's recovery may have failed meanwhile: then this one's attempt has, too. */
  private TokenLogin.Opened opened() throws Pkcs11Exception {
    TokenLogin.Opened opened = current;
    if (opened == null) {
      throw new Pkcs11Exception("the recovery", ReturnCode.CKR_USER_NOT_LOGGED_IN);
    }
    return opened;
  }

  private <T, E extends Exception> T once(TokenAction<T, E> action)
      throws Pkcs11Exception, E, TokenAwayException {
    Lock use = lock.readLock();
    if (!await(use::tryLock)) {
      throw new TokenAwayException("the HSM is being recovered", null);
    }
    try {
      TokenLogin.Opened opened = opened();
      Pkcs11Session free = idle.poll();
      Pkcs11Session session = free == null ? opened.module().openSession(opened.slot()) : free;
      boolean clean = false;
      try {
        T result = action.run(session, opened.keys());
        clean = true;
        return result;
      } finally {
        if (clean) {
          idle.push(session);
        } else {
          close(session);
        }
      }
    } finally {
      use.unlock();
    }
  }

  /** Logs in anew, if {@code needed} says so once nobody uses the token. */
  private void recover(BooleanSupplier needed) throws Pkcs11Exception, TokenAwayException {
    Lock recovery = lock.writeLock();
    if (!await(recovery::tryLock)) {
      throw new TokenAwayException("the HSM is being recovered", null);
    }
    try {
      if (closed || !needed.getAsBoolean()) {
        return;
      }
      forgetSessions();
      counters.countRecovery();
      LOG.atWarn().addKeyValue("token", login.role()).log("recovering a token");
      current = login.open(counters.unrecordedKeyUses());
      var _ = generation.incrementAndGet();
    } finally {
      recovery.unlock();
    }
  }

  /** Under the write lock, so that no session is in use. */
  private void forgetSessions() {
    TokenLogin.Opened old = current;
    current = null;
    for (Pkcs11Session session = idle.poll(); session != null; session = idle.poll()) {
      close(session);
    }
    if (old != null) {
      close(old.session());
    }
  }

  /** A session that cannot be closed is gone already: then there is nothing left to do. */
  private static void close(Pkcs11Session session) {
    try {
      session.close();
    } catch (Pkcs11Exception e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("closing a session failed");
    }
  }

  private interface BoundedWait {
    boolean tryFor(long time, TimeUnit unit) throws InterruptedException;
  }

  private boolean await(BoundedWait wait) {
    try {
      return wait.tryFor(sessionWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting for the HSM", e);
    }
  }
}
