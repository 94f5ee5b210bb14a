/**
 * Registering and activating: how a person comes to a BakQ; changing the password, which gives
 * another key; suspending, revoking and expiring: how it ends.
 *
 * <p>In come an officer's registrations and a citizen's steps; out go {@code signer}s, {@code
 * credential}s and messages. Trusted are the officer's certificate (checked at the door) and the
 * HSM's keys. Not trusted: what the officer writes about himself (he may not register himself), the
 * database's rows (each under its MAC), and whoever holds a link: a link opens one activation,
 * once, and is computed, never stored.
 */
package eus.bakq.server.enrolment;
