/**
 * The ways in which a request can end badly: malformed ({@link
 * eus.bakq.server.failure.MalformedException}), refused ({@link
 * eus.bakq.server.failure.RefusedException} with a {@link eus.bakq.server.failure.Refusal}),
 * unavailable ({@link eus.bakq.server.failure.UnavailableException}). Anything else that is thrown
 * is a bug. Knows no other package.
 */
package eus.bakq.server.failure;
