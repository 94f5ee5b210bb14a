/**
 * What a token must hold, as reviewed files, and the ceremony that makes it.
 *
 * <p>In: a plan that two persons reviewed, the secrets of two officers, a PKCS#11 module with empty
 * tokens. Out: three tokens, their users' PINs in files, and a signed transcript by which the
 * server knows the keys again. Trusted: the machine of the ceremony, the module, the officers
 * together. Neither officer alone can initialise a token again or sign a transcript.
 */
package eus.bakq.hsmconfig;
