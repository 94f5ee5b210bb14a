package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Template;
import java.util.List;
import java.util.Map;

/**
 * What a signed transcript says that is in a token.
 *
 * @param serial the number that the token of the ceremony gave itself; a copy may have another
 */
record Explained(String role, String label, String serial, List<Key> keys) {
  Explained {
    keys = List.copyOf(keys);
  }

  /**
   * A key.
   *
   * @param objects all attributes of each of its objects; the secret or private key is the first
   * @param check its check value
   * @param ended whether the officers have ended its epoch: it may be there still, or not any more
   */
  record Key(
      String id,
      KeyUse use,
      Constant mechanism,
      List<Template> objects,
      Map<String, String> check,
      boolean ended) {
    Key {
      objects = List.copyOf(objects);
      check = Map.copyOf(check);
    }
  }
}
