package eus.bakq.demo;

import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.hsm.Hsm;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.validation.ValidationOutcome;
import eus.bakq.server.vocabulary.Bytes;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

/**
 * Somebody with the tokens' PINs and no share in the server: has the authority issue a revocation
 * list, and validates with the authority's certificate as the only anchor.
 */
record Outsider(Hsm hsm, CertificationAuthority authority) implements AutoCloseable {
  static Outsider of(ServerConfiguration configuration) {
    Hsm hsm = Hsm.open(configuration.hsm(), new SecureRandom());
    return new Outsider(
        hsm,
        new CertificationAuthority(
            hsm.authorityKey(), configuration.certificate(), new SecureRandom()));
  }

  /** With a list of now: one from before a certificate was issued says nothing about it. */
  ValidationOutcome validate(byte[] signed) {
    Instant now = Instant.now();
    return SignedDocumentCheck.open(
            List.of(hsm.authorityKey().certificate()),
            List.of(authority.revocationList(1, List.of(), now)))
        .last(Bytes.copyOf(signed), now);
  }

  @Override
  public void close() {
    hsm.close();
  }
}
