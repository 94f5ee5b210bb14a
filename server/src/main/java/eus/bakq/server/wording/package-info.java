/**
 * Every text that a citizen reads, in Basque, Spanish and English: e-mail, SMS, terms.
 *
 * <p>In come values, out go texts; nothing is sent or stored here. The resource files are trusted,
 * the values are not: they fill gaps as one line each and nothing else.
 */
package eus.bakq.server.wording;
