package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.Constant.CKO_SECRET_KEY;

import eus.bakq.hsmconfig.SignedTranscript.WrappingKey;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The custody token of one partition, with its user logged in, who may change what is in it. */
final class CustodyPartition implements AutoCloseable {
  /** More than any transcript has. */
  private static final int MAXIMUM_KEYS = 256;

  private final Pkcs11Session session;

  private CustodyPartition(Pkcs11Session session) {
    this.session = session;
  }

  /**
   * Which one.
   *
   * @param serial where it is a copy with another one than the transcript's
   * @param pinFile with the user's PIN, which is tried once
   */
  record Place(Path module, Optional<String> serial, Path pinFile) {}

  /**
   * Opens it.
   *
   * @throws CeremonyRefusedException if there is no such token
   * @throws Pkcs11Exception if it does not answer
   */
  static CustodyPartition open(Place place, SignedTranscript transcript)
      throws IOException, CeremonyRefusedException, Pkcs11Exception {
    Pkcs11Module module = UserLogin.open(place.module(), "");
    String serial = place.serial().orElse(transcript.custodySerial());
    long slot = UserLogin.slot(module, transcript.custodyLabel(), Optional.of(serial));
    Pkcs11Session session = module.openReadWriteSession(slot);
    boolean loggedIn = false;
    try {
      UserLogin.logIn(session, place.pinFile());
      loggedIn = true;
      return new CustodyPartition(session);
    } finally {
      if (!loggedIn) {
        session.close();
      }
    }
  }

  Pkcs11Session session() {
    return session;
  }

  /**
   * Returns if the transcript explains every secret key in the token, once.
   *
   * @throws CeremonyRefusedException naming one that it does not: it was planted, or is of a later
   *     transcript, or of an act that was cut off
   */
  void requireExplained(SignedTranscript transcript)
      throws Pkcs11Exception, CeremonyRefusedException {
    Set<String> seen = new HashSet<>();
    Template secret = Template.empty().with(CKA_TOKEN, true).with(CKA_CLASS, CKO_SECRET_KEY);
    for (ObjectHandle key : session.find(secret, MAXIMUM_KEYS)) {
      byte[] id = session.attributes(key, List.of(CKA_ID)).octets(CKA_ID);
      String name = new String(id, StandardCharsets.US_ASCII).replaceAll("[^a-z0-9-]", "?");
      if (!transcript.hasKey(name) || !seen.add(name)) {
        throw new CeremonyRefusedException(
            "there is a key '"
                + name
                + "' that this transcript does not explain. Bring the one that does; if there is"
                + " none, because an act was cut off, delete the key with the vendor's tool");
      }
    }
  }

  /** The secret keys that have this id: none, one, or two of which one was planted. */
  List<ObjectHandle> find(String id) throws Pkcs11Exception {
    return session.find(
        Template.empty()
            .with(CKA_TOKEN, true)
            .with(CKA_CLASS, CKO_SECRET_KEY)
            .with(CKA_ID, id.getBytes(StandardCharsets.US_ASCII)),
        2);
  }

  /**
   * The wrapping key {@code key}, if it is still there.
   *
   * @throws CeremonyRefusedException if another key has its name, or several have
   */
  Optional<ObjectHandle> find(WrappingKey key) throws Pkcs11Exception, CeremonyRefusedException {
    List<ObjectHandle> found = find(key.id());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Template present = session.attributes(found.getFirst(), key.attributes().types());
    if (found.size() > 1 || !present.equals(key.attributes())) {
      throw new CeremonyRefusedException(
          "a key is there as '" + key.id() + "' that the transcript does not explain");
    }
    return Optional.of(found.getFirst());
  }

  @Override
  public void close() throws Pkcs11Exception {
    try {
      session.logout();
    } finally {
      session.close();
    }
  }
}
