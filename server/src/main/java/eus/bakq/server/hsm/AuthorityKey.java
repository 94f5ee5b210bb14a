package eus.bakq.server.hsm;

import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;

/**
 * The certification authority's key, in the authority token by SunPKCS11, and its certificate.
 *
 * @param privateKey a handle; the key itself cannot leave the token
 * @param provider the one to sign with
 */
public record AuthorityKey(PrivateKey privateKey, X509Certificate certificate, Provider provider) {}
