/**
 * Who may call: sedes, registration officers and auditors, as registered in a reviewed file. In
 * comes the hash of a client certificate that TLS has proven; out comes a {@link
 * eus.bakq.server.caller.RegisteredCaller} with its one role, or a refusal. The file is trusted:
 * who can write it can call as anybody.
 */
package eus.bakq.server.caller;
