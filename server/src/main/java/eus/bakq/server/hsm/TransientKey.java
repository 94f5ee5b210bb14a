package eus.bakq.server.hsm;

import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;

/** A session object that is destroyed when the block that uses it ends. */
record TransientKey(Pkcs11Session session, ObjectHandle handle) implements AutoCloseable {
  @Override
  public void close() throws Pkcs11Exception {
    session.destroy(handle);
  }
}
