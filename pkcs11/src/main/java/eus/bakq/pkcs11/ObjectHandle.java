package eus.bakq.pkcs11;

/** An object of a token, as one process sees it while it is logged in. */
public record ObjectHandle(long value) {}
