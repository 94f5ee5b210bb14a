package eus.bakq.server.hsm;

import eus.bakq.pkcs11.ObjectHandle;
import java.util.Map;

/**
 * Handles of a token's own keys, by id. Only {@link KeyVerifier} makes one: holding it is the proof
 * that each key passed its checks in this login.
 */
final class TokenKeys {
  private final Map<String, ObjectHandle> handles;

  TokenKeys(Map<String, ObjectHandle> handles) {
    this.handles = Map.copyOf(handles);
  }

  /** The secret or private key {@code id}, which the transcript must have. */
  ObjectHandle of(String id) {
    ObjectHandle handle = handles.get(id);
    if (handle == null) {
      throw new IllegalArgumentException("the transcript has no key of that id");
    }
    return handle;
  }
}
