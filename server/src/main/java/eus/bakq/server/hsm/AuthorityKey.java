package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;

/**
 * The certification authority's key, in the authority token by SunPKCS11, and its certificate.
 *
 * @param privateKey a handle; the key itself cannot leave the token
 * @param provider the one to sign with
 * @param renewal how the same key is had again, when signing with this handle has failed
 */
public record AuthorityKey(
    PrivateKey privateKey, X509Certificate certificate, Provider provider, Renewal renewal) {
  /** Opens a key anew. */
  @FunctionalInterface
  public interface Renewal {
    /**
     * The same key by other sessions, checked as at the start; at once if another thread has
     * renewed {@code failed} already.
     *
     * @throws UnavailableException if the token does not answer, or is not as it must be any more,
     *     or failed a moment ago
     */
    AuthorityKey renew(AuthorityKey failed);
  }

  /** A key that is not renewed, because its provider keeps no sessions. */
  public AuthorityKey(PrivateKey privateKey, X509Certificate certificate, Provider provider) {
    this(privateKey, certificate, provider, failed -> failed);
  }
}
