package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Template;
import java.util.List;
import java.util.Map;

/**
 * What the transcript says of a key.
 *
 * @param objects the attributes of each of its objects, as read back from the token
 */
record KeyRecord(KeyPlan plan, List<Template> objects, Map<String, String> check) {
  KeyRecord {
    objects = List.copyOf(objects);
    check = Map.copyOf(check);
  }
}
