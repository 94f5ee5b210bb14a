/**
 * The immutable words of the field: ids, persons' data, algorithms, hashes, secrets in memory. A
 * value that exists is valid. Nothing here acts.
 */
package eus.bakq.server.vocabulary;
