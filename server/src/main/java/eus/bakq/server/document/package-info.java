/**
 * Documents to be signed. In come a PDF, XML or other file, which is hostile until it has been
 * bounded, a certificate chain and a time; out go what is to be signed and, once a value is there,
 * the signed document: PAdES or XAdES, B-B to B-LTA. No key is here. For levels above B-B the
 * configured time-stamping authority and sources of status are asked, and nobody else; for B-B
 * nobody is. This is the only package that knows how EU DSS and PDFBox make signatures. Trusted:
 * the certificate chain, the signing time and the prepared state, which the caller keeps where no
 * client can write. Not trusted: what others answer.
 */
package eus.bakq.server.document;
