package eus.bakq.server.certificate;

import java.net.URI;

/**
 * Where the public asks about the authority's certificates: addresses that stand in every citizen's
 * certificate for as long as it lasts. Whoever can write this leads those who ask elsewhere; he
 * cannot sign the answers, but can leave them out.
 *
 * @param base http or https, with a host, without query, fragment or a slash at the end, at most
 *     150 characters. Plain http is what RFC 5280 recommends: answers are signed, and asking for
 *     the status of a TLS certificate by TLS goes round in circles
 */
public record StatusAddresses(URI base) {
  /** The path of OCSP requests. */
  public static final String OCSP_PATH = "/ocsp";

  /** The path of the revocation list. */
  public static final String REVOCATION_LIST_PATH = "/authority.crl";

  /** The path of the authority's certificate. */
  public static final String AUTHORITY_PATH = "/authority.cer";

  private static final int LONGEST = 150;

  public StatusAddresses {
    String text = base.toASCIIString();
    boolean web = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
    if (!web
        || base.getHost() == null
        || base.getRawUserInfo() != null
        || base.getRawQuery() != null
        || base.getRawFragment() != null
        || text.endsWith("/")
        || text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "publicAddress is an http or https address of at most 150 characters, without query,"
              + " fragment or a slash at its end");
    }
  }

  /** Where OCSP requests go, by GET and POST. */
  public URI ocsp() {
    return URI.create(base.toASCIIString() + OCSP_PATH);
  }

  /** Where the revocation list is. */
  public URI revocationList() {
    return URI.create(base.toASCIIString() + REVOCATION_LIST_PATH);
  }

  /** Where the authority's certificate is. */
  public URI authority() {
    return URI.create(base.toASCIIString() + AUTHORITY_PATH);
  }
}
