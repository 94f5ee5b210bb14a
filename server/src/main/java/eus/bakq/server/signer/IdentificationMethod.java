package eus.bakq.server.signer;

/** How a person was identified (ENR-04). A method appears with the first way that uses it. */
public enum IdentificationMethod {
  /** In person, before a registration officer. */
  IN_PERSON
}
