package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.CeremonyTranscript.KeyRecord;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.CeremonyTranscript.Use;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.security.auth.login.LoginException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority token, by SunPKCS11, which Bouncy Castle uses through JCA.
 *
 * <p>The binding looks at the token first and leaves it: it and SunPKCS11 share the module, never a
 * slot. Afterwards the key that SunPKCS11 found is checked once more by itself.
 *
 * <p>SunPKCS11 uses a session again that saw an error, with what was begun in it: one failure of
 * the token would be followed by failures for ever. So after a failure the key is opened anew, with
 * a provider and sessions of its own; in the partition where it was, and if that fails, in the next
 * ones. The old ones are closed when they are collected as garbage. One thread at a time does that,
 * and the others wait for a bounded time. Where all fail, it is not tried again for two seconds;
 * and the binding logs in first, so that a PIN that was refused is never tried again.
 *
 * <p>Safe for several threads.
 */
final class AuthorityToken implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuthorityToken.class);
  private static final Duration REST_AFTER_FAILURE = Duration.ofSeconds(2);

  /**
   * How the key is opened.
   *
   * @param logins one for each partition
   * @param longestWait for another thread that opens it
   */
  private record Opening(
      List<TokenLogin> logins,
      TokenRecord token,
      KeyRecord expected,
      SecureRandom random,
      LongSupplier nanoTime,
      Duration longestWait) {}

  private final Opening opening;
  private final ReentrantLock renewing = new ReentrantLock();
  private volatile AuthorityKey key;
  private volatile long restUntil;

  /** In which partition the key is; in turn only. */
  private int partition;

  private AuthorityToken(Opening opening) {
    this.opening = opening;
    this.restUntil = opening.nanoTime().getAsLong();
    this.key = loadAnywhere();
  }

  /**
   * Checks the token's objects and opens its key, in the first partition where that can be done.
   *
   * @param logins one for each partition
   * @param nanoTime as {@link System#nanoTime}
   * @param longestWait how long a thread waits for another that opens the key anew
   * @throws HsmRefusedException of the first partition: if its objects are not those of the
   *     transcript, or the token does not answer
   */
  static AuthorityToken open(
      List<TokenLogin> logins,
      TokenRecord token,
      SecureRandom random,
      LongSupplier nanoTime,
      Duration longestWait) {
    KeyRecord expected =
        token.keys().stream()
            .filter(candidate -> candidate.use() == Use.AUTHORITY)
            .findFirst()
            .orElseThrow(() -> new HsmRefusedException(token.role(), "", "has an authority key"));
    return new AuthorityToken(
        new Opening(List.copyOf(logins), token, expected, random, nanoTime, longestWait));
  }

  AuthorityKey key() {
    return key;
  }

  private AuthorityKey renew(AuthorityKey failed) {
    takeTurn();
    try {
      return renewInTurn(failed);
    } finally {
      renewing.unlock();
    }
  }

  private void takeTurn() {
    try {
      if (!renewing.tryLock(opening.longestWait().toNanos(), TimeUnit.NANOSECONDS)) {
        throw UnavailableException.temporarily("the authority's token is being recovered", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting for a token", e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very handle that failed, not one like it
  private AuthorityKey renewInTurn(AuthorityKey failed) {
    if (failed != key) {
      return key;
    }
    if (opening.nanoTime().getAsLong() - restUntil < 0) {
      throw UnavailableException.temporarily("the authority's token failed a moment ago", null);
    }
    LOG.atWarn().addKeyValue("token", opening.token().role()).log("recovering a token");
    try {
      key = loadAnywhere();
      return key;
    } catch (HsmRefusedException e) {
      restUntil = opening.nanoTime().getAsLong() + REST_AFTER_FAILURE.toNanos();
      throw UnavailableException.temporarily("the authority's token does not answer", e);
    }
  }

  /** Logs the provider out: the key is of no use any more. */
  @Override
  public void close() {
    try {
      ((AuthProvider) key.provider()).logout();
    } catch (LoginException e) {
      throw new IllegalStateException("the authority token could not be logged out", e);
    }
  }

  private static Provider provider(Path module, long slot) {
    String configuration =
        """
        --
        name = bakq-authority
        library = %s
        slot = %d
        """
            .formatted(module.toAbsolutePath(), slot);
    return Security.getProvider("SunPKCS11").configure(configuration);
  }

  /**
   * The key, where it was or in the next partition that has it.
   *
   * @throws HsmRefusedException of where it was, if none has it
   */
  private AuthorityKey loadAnywhere() {
    HsmRefusedException first = null;
    int count = opening.logins().size();
    for (int i = 0; i < count; i++) {
      int candidate = (partition + i) % count;
      try {
        AuthorityKey loaded = load(opening.logins().get(candidate));
        if (candidate != partition) {
          partition = candidate;
          LOG.atWarn()
              .addKeyValue("partition", candidate + 1)
              .setCause(first)
              .log("the authority's key is used in another partition");
        }
        return loaded;
      } catch (HsmRefusedException e) {
        first = first == null ? e : first;
      }
    }
    throw first == null ? new IllegalStateException("there is a partition") : first;
  }

  private AuthorityKey load(TokenLogin login) {
    try {
      TokenLogin.Opened opened = login.open(new UnrecordedKeyUses());
      opened.session().close();
      AuthorityKey loaded = load(provider(login.library(), opened.slot()), login);
      requireSame(loaded);
      return loaded;
    } catch (Pkcs11Exception | GeneralSecurityException | IOException | ProviderException e) {
      throw HsmRefusedException.unanswered(opening.token().role(), opening.expected().id(), e);
    }
  }

  private AuthorityKey load(Provider provider, TokenLogin login)
      throws GeneralSecurityException, IOException {
    KeyRecord expected = opening.expected();
    byte[] pin = login.readPin();
    char[] characters = new char[pin.length];
    try {
      for (int i = 0; i < pin.length; i++) {
        characters[i] = (char) (pin[i] & 0xff);
      }
      KeyStore store = KeyStore.getInstance("PKCS11", provider);
      store.load(null, characters);
      if (store.getKey(expected.id(), null) instanceof PrivateKey privateKey
          && store.getCertificate(expected.id()) instanceof X509Certificate certificate) {
        return new AuthorityKey(privateKey, certificate, provider, this::renew);
      }
      throw new GeneralSecurityException("no key with a certificate in the token");
    } finally {
      Arrays.fill(pin, (byte) 0);
      Arrays.fill(characters, '\0');
    }
  }

  private void requireSame(AuthorityKey key) throws GeneralSecurityException {
    KeyRecord expected = opening.expected();
    byte[] certificate = expected.objects().getLast().octets(CKA_VALUE);
    byte[] message = "bakq/check/v1/".getBytes(StandardCharsets.US_ASCII);
    byte[] challenge = Arrays.copyOf(message, message.length + 32);
    byte[] fresh = new byte[32];
    opening.random().nextBytes(fresh);
    System.arraycopy(fresh, 0, challenge, message.length, fresh.length);

    Signature signer = Signature.getInstance("SHA384withECDSA", key.provider());
    signer.initSign(key.privateKey());
    signer.update(challenge);
    byte[] value = signer.sign();
    Signature verifier = Signature.getInstance("SHA384withECDSA");
    verifier.initVerify(PublicKeys.elliptic(expected.checkBytes("publicKey")));
    verifier.update(challenge);
    if (!Arrays.equals(certificate, key.certificate().getEncoded()) || !verifier.verify(value)) {
      throw new HsmRefusedException(
          opening.token().role(), expected.id(), "check value by SunPKCS11");
    }
  }
}
