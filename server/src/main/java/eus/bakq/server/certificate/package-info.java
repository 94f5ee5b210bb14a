/**
 * Certificates of citizens: requests (PKCS#10) around keys that only the HSM can use, the embedded
 * certification authority, its profile, and the check of what it issued. In come a request, which
 * is not trusted, and the account's subject and the authority's key, which are; out goes a
 * certificate that was read back and found to be of the profile. Records nothing: the caller does,
 * before the certificate is used.
 */
package eus.bakq.server.certificate;
