/**
 * One file, {@code server.yaml}, read into the settings records that each capability declares, and
 * checked before anything starts.
 *
 * <p>Comes in: a file that the operator wrote. Goes out: {@link
 * eus.bakq.server.config.ServerConfiguration}. A key that is unknown, missing or out of range stops
 * the server; docs/configuration.md lists every key, and a test holds it to the code.
 */
package eus.bakq.server.config;
