package eus.bakq.pkcs11;

/** What a module says of itself. */
public record LibraryDescription(String manufacturer, String description, String version) {}
