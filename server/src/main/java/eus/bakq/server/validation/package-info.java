/**
 * Checking signed documents. In come a signed document, which is not trusted, trust anchors and
 * revocation lists, which are; out goes what EN 319 102-1 calls an indication. Works with EU DSS
 * set up apart from {@code document}: other services, other configuration, nothing shared. Nothing
 * is fetched from anywhere.
 */
package eus.bakq.server.validation;
