/**
 * Sealed keys and certificates, and their states; the register of all that the authority signed.
 *
 * <p>Comes in: a wrapped key from the HSM with what opens its seal; goes out: credentials whose row
 * was found unaltered, and a wrapped key for one use. Trusted: the record token's row MAC. A
 * wrapped key is never stored without its seal.
 */
package eus.bakq.server.credential;
