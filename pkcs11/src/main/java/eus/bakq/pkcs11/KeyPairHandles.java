package eus.bakq.pkcs11;

/** The two objects of a key pair. */
public record KeyPairHandles(ObjectHandle publicKey, ObjectHandle privateKey) {}
