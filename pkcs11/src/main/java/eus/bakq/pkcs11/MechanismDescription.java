package eus.bakq.pkcs11;

/**
 * What a token can do with a mechanism.
 *
 * @param minimumKeySize in the mechanism's own unit, bits or bytes
 * @param flags CKF_…
 */
public record MechanismDescription(long minimumKeySize, long maximumKeySize, long flags) {}
