/**
 * The gRPC doors: one {@link eus.bakq.server.grpc.Listener} per audience, and what every call goes
 * through before a service sees it.
 *
 * <p>In comes what anybody on the network sends: connections, TLS handshakes, headers, messages.
 * Out goes a call with a caller who is who the certificate says ({@link
 * eus.bakq.server.grpc.CallerContext}), fields of the form that the contract names ({@link
 * eus.bakq.server.grpc.Fields}), and one shape of error ({@link eus.bakq.server.grpc.ErrorStatus}).
 * Everything is bounded ({@link eus.bakq.server.grpc.ListenerBounds}). Services here convert and
 * delegate; they decide nothing.
 *
 * <p>Trusted: the settings, the registered callers, and the authority file of each listener to the
 * extent that its certificates are candidates; only a registered certificate is a caller. Nothing
 * that a client sends is trusted.
 */
package eus.bakq.server.grpc;
