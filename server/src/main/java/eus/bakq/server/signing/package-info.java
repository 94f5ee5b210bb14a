/**
 * Signature requests of sedes: asked, shown, authorised, signed, completed, fetched.
 *
 * <p>Comes in: documents and ids of a registered sede; a citizen's authorisation. Goes out: signed
 * documents, to the sede that asked and to nobody else. The states and where each transaction
 * begins and ends are in docs/signing-cycle.md. Trusted: {@code authentication} and {@code sam},
 * which alone decide whether the key signs.
 */
package eus.bakq.server.signing;
