/**
 * Passwords, codes, counters and locks.
 *
 * <p>In come a password or a code as a citizen typed it, wiped here after use; out go P of
 * docs/sole-control.md section 3 (never stored) and judgements. Trusted are the HSM's HMAC keys,
 * the system's libsodium (its known answer is tried at start) and the database's clock; rows are
 * trusted only under their MAC.
 */
package eus.bakq.server.authentication;
