/**
 * Who is there: password and code by SMS, judged as docs/sole-control.md section 4 says.
 *
 * <p>Comes in: what a citizen's program sends in one interaction, none of it trusted. Goes out: an
 * {@link eus.bakq.server.authentication.AuthenticatedSigner}, which only this package can make, or
 * one uniform refusal. Trusted: the HSM's HMAC keys, the database's clock. Nothing here is stored
 * from which a password, a code or a ticket could be read.
 */
package eus.bakq.server.authentication;
