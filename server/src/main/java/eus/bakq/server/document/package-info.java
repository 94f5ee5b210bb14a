/**
 * Documents to be signed. In come a PDF, which is hostile until it has been bounded, a certificate
 * chain and a time; out go what is to be signed and, once a value is there, the signed document
 * (PAdES B-B). No key is here, and nothing is fetched from anywhere. This is the only package that
 * knows how EU DSS and PDFBox make signatures. Trusted: the certificate chain, the signing time and
 * the prepared state, which the caller keeps where no client can write.
 */
package eus.bakq.server.document;
