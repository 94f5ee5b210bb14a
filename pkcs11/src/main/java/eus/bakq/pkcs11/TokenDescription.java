package eus.bakq.pkcs11;

/**
 * What a token says of itself. Whoever initialises a token chooses its label: it proves nothing.
 *
 * @param slot where it is; valid in this process only
 * @param label at most 32 bytes, trailing spaces removed
 * @param initialised whether it was given a label and an SO PIN
 * @param minimumPinSize in bytes
 * @param maximumPinSize in bytes
 */
public record TokenDescription(
    long slot,
    String label,
    String manufacturer,
    String model,
    String serial,
    boolean initialised,
    long minimumPinSize,
    long maximumPinSize) {}
