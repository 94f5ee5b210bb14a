package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Reaction;
import eus.bakq.server.failure.UnavailableException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
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
 * calls are refused for a while, so that a long outage does not become a storm of logins.
 *
 * <p>Never finalises the module nor closes sessions of others: SunPKCS11 shares it.
 */
final class SessionPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SessionPool.class);
  private static final int ATTEMPTS = 3;
  private static final Duration REST_AFTER_FAILURE = Duration.ofSeconds(2);

  private final Pkcs11Module module;
  private final TokenLogin login;
  private final HsmCounters counters;
  private final Duration sessionWait;
  private final LongSupplier nanoTime;
  private final Semaphore permits;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Deque<Pkcs11Session> idle = new ConcurrentLinkedDeque<>();
  private volatile TokenLogin.Opened current;
  private volatile long generation;
  private volatile boolean closed;
  private volatile long restUntil;

  private SessionPool(
      Pkcs11Module module,
      TokenLogin login,
      HsmSettings settings,
      HsmCounters counters,
      LongSupplier nanoTime,
      TokenLogin.Opened current) {
    this.module = module;
    this.login = login;
    this.counters = counters;
    this.sessionWait = settings.sessionWait();
    this.nanoTime = nanoTime;
    this.permits = new Semaphore(settings.maximumSessions(), true);
    this.current = current;
    this.restUntil = nanoTime.getAsLong();
  }

  /**
   * Logs in and checks the token's keys.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @throws HsmRefusedException if the token does not answer, or is not as it must be
   */
  static SessionPool open(
      Pkcs11Module module,
      TokenLogin login,
      HsmSettings settings,
      HsmCounters counters,
      LongSupplier nanoTime) {
    try {
      return new SessionPool(module, login, settings, counters, nanoTime, login.open());
    } catch (Pkcs11Exception e) {
      throw new HsmRefusedException(login.role(), "", "answers", e);
    }
  }

  /**
   * Runs {@code action} in a session of its own, once or, if the token fails, up to three times.
   *
   * @throws UnavailableException if the token does not answer, is not as it must be any more, or no
   *     session is free in time
   * @throws IllegalStateException if the token says that the call itself is wrong: a bug
   */
  <T, E extends Exception> T use(TokenAction<T, E> action) throws E {
    if (closed) {
      throw new IllegalStateException("the pool is closed");
    }
    if (nanoTime.getAsLong() - restUntil < 0) {
      throw UnavailableException.temporarily("the HSM failed a moment ago", null);
    }
    if (!await(permits::tryAcquire)) {
      throw UnavailableException.overloaded(REST_AFTER_FAILURE, "no session with the HSM is free");
    }
    try {
      return attempt(action);
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
  void write(Writing writing) {
    this.<Boolean, RuntimeException>use(
        (session, keys) -> {
          TokenLogin.Opened opened = current;
          if (opened == null) {
            throw UnavailableException.temporarily("the HSM is being recovered", null);
          }
          try (Pkcs11Session writes = module.openReadWriteSession(opened.slot())) {
            writing.run(writes);
          }
          return true;
        });
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

  private <T, E extends Exception> T attempt(TokenAction<T, E> action) throws E {
    Pkcs11Exception last = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      long seen = generation;
      try {
        if (current == null || (last != null && (attempt == ATTEMPTS || mustRecover(last)))) {
          recover(seen);
        }
        return once(action);
      } catch (Pkcs11Exception e) {
        if (e.reaction() == Reaction.NEVER_RETRY) {
          throw new IllegalStateException("the token refuses a call of ours", e);
        }
        last = e;
      } catch (HsmRefusedException e) {
        rest();
        throw UnavailableException.temporarily("the token is not as it must be any more", e);
      }
    }
    rest();
    throw UnavailableException.temporarily("the HSM does not answer", last);
  }

  private static boolean mustRecover(Pkcs11Exception failure) {
    return failure.reaction() == Reaction.RECOVER;
  }

  private void rest() {
    restUntil = nanoTime.getAsLong() + REST_AFTER_FAILURE.toNanos();
  }

  private <T, E extends Exception> T once(TokenAction<T, E> action) throws Pkcs11Exception, E {
    Lock use = lock.readLock();
    if (!await(use::tryLock)) {
      throw UnavailableException.temporarily("the HSM is being recovered", null);
    }
    try {
      TokenLogin.Opened opened = current;
      if (opened == null) {
        throw UnavailableException.temporarily("the HSM is being recovered", null);
      }
      Pkcs11Session free = idle.poll();
      Pkcs11Session session = free == null ? module.openSession(opened.slot()) : free;
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

  /** Logs in anew, unless another thread did so since the generation {@code seen}. */
  private void recover(long seen) throws Pkcs11Exception {
    Lock recovery = lock.writeLock();
    if (!await(recovery::tryLock)) {
      throw UnavailableException.temporarily("the HSM is being recovered", null);
    }
    try {
      if (generation != seen || closed) {
        return;
      }
      forgetSessions();
      counters.countRecovery();
      LOG.atWarn().addKeyValue("token", login.role()).log("recovering a token");
      current = login.open();
      generation = seen + 1;
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
