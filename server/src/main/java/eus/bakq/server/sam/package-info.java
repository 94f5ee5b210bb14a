/**
 * The signature activation module (SAM): builds and checks the signature activation data (SAD),
 * keeps the ledger of uses, and is the only caller of {@link eus.bakq.server.hsm.CitizenKeys#sign}.
 *
 * <p>Comes in: an {@link eus.bakq.server.authentication.AuthenticatedSigner}, then hashes. Goes
 * out: signature values that were verified and recorded, or one refusal. Trusted: the record
 * token's SAD key, the ledger's primary key, the database's clock; not the callers. The order of
 * steps is in docs/signing-cycle.md section 4.
 */
package eus.bakq.server.sam;
