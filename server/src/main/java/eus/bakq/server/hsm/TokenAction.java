package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;

/**
 * Something done with a token. May be run again from its beginning, in another session, if the
 * token fails: it leaves nothing behind that outlives its session.
 *
 * @param <E> what else it may end with; that is never repeated
 */
@FunctionalInterface
interface TokenAction<T, E extends Exception> {
  T run(Pkcs11Session session, TokenKeys keys) throws Pkcs11Exception, E;
}
