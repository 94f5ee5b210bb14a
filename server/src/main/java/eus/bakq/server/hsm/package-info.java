/**
 * The tokens: citizens' keys ({@link eus.bakq.server.hsm.CitizenKeys}), the HSM's own ({@link
 * eus.bakq.server.hsm.InfrastructureKeys}), and the authority's ({@link
 * eus.bakq.server.hsm.AuthorityKey}). The only package that knows PKCS#11.
 *
 * <p>In: hashes, inputs of MACs, wrapped keys. Out: signature values, MACs, wrapped keys; never a
 * key in clear. Trusted: the module's code and the pinned public key of the ceremony's transcript.
 * Not trusted: labels and ids of what is in a token. A key is used only if its object is the one
 * with its id, has exactly the attributes of the signed transcript and passes its check value, at
 * the start and again after every recovery.
 *
 * <p>A PKCS#11 call that hangs inside the module cannot be ended from here; everything that waits
 * for a session is bounded.
 */
package eus.bakq.server.hsm;
