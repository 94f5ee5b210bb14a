package eus.bakq.pkcs11;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A session with a token. For one thread at a time. Closing it destroys the session objects that
 * were made in it. PIN arrays stay the caller's, who wipes them.
 *
 * <p>Login is of the whole process: all its sessions with a token are logged in or out together.
 */
public final class Pkcs11Session implements AutoCloseable {
  private static final long CKU_SO = 0;
  private static final long CKU_USER = 1;
  private static final int MAXIMUM_INPUT = 65_536;
  private static final int MAXIMUM_OUTPUT = 8192;
  private static final int MAXIMUM_RANDOM = 65_536;

  private final FunctionTable functions;
  private final long handle;

  Pkcs11Session(FunctionTable functions, long handle) {
    this.functions = functions;
    this.handle = handle;
  }

  /** Closes the session in the token. */
  @Override
  public void close() throws Pkcs11Exception {
    functions.call(Function.C_CloseSession, handle);
  }

  /** Who is logged in. */
  public SessionState state() throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment description = scratch.bytes(32);
      functions.call(Function.C_GetSessionInfo, handle, description);
      return SessionState.of(description.get(ValueLayout.JAVA_LONG, 8));
    }
  }

  /** Logs the user in. Never call it again after a wrong PIN: tokens lock. */
  public void login(byte[] pin) throws Pkcs11Exception {
    login(CKU_USER, pin);
  }

  /** Logs the security officer in. Never call it again after a wrong PIN: tokens lock. */
  public void loginSecurityOfficer(byte[] pin) throws Pkcs11Exception {
    login(CKU_SO, pin);
  }

  /** Logs whoever is logged in out: every session of this process with the token. */
  public void logout() throws Pkcs11Exception {
    functions.call(Function.C_Logout, handle);
  }

  /** Gives the user a PIN; the security officer must be logged in. */
  public void initialisePin(byte[] pin) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      functions.call(Function.C_InitPIN, handle, scratch.copy(pin), (long) pin.length);
    }
  }

  /** Changes the PIN of whoever is logged in. */
  public void changePin(byte[] oldPin, byte[] newPin) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      functions.call(
          Function.C_SetPIN,
          handle,
          scratch.copy(oldPin),
          (long) oldPin.length,
          scratch.copy(newPin),
          (long) newPin.length);
    }
  }

  /** Puts an object with the attributes of {@code template} into the token. */
  public ObjectHandle create(Template template) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate attributes = NativeTemplate.of(scratch, template);
      MemorySegment object = scratch.number(0);
      functions.call(
          Function.C_CreateObject, handle, attributes.array(), attributes.count(), object);
      return handleIn(object);
    }
  }

  /** Makes a second object of {@code object}, with the attributes of {@code changes} changed. */
  public ObjectHandle copy(ObjectHandle object, Template changes) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate attributes = NativeTemplate.of(scratch, changes);
      MemorySegment copy = scratch.number(0);
      functions.call(
          Function.C_CopyObject,
          handle,
          object.value(),
          attributes.array(),
          attributes.count(),
          copy);
      return handleIn(copy);
    }
  }

  /** Destroys {@code object}, for ever if it is the token's. */
  public void destroy(ObjectHandle object) throws Pkcs11Exception {
    functions.call(Function.C_DestroyObject, handle, object.value());
  }

  /**
   * The attributes of {@code types}, all of them, also those with attributes inside.
   *
   * @throws Pkcs11Exception if one is sensitive, or the object has none such
   */
  public Template attributes(ObjectHandle object, Collection<AttributeType> types)
      throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate question = NativeTemplate.asking(scratch, List.copyOf(types));
      ask(object, question);
      question.makeRoom();
      List<NativeTemplate> nested = question.nested();
      if (!nested.isEmpty()) {
        ask(object, question);
        for (NativeTemplate template : nested) {
          template.makeRoom();
        }
      }
      ask(object, question);
      return question.read();
    }
  }

  /** Changes attributes of {@code object}. */
  public void change(ObjectHandle object, Template changes) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate attributes = NativeTemplate.of(scratch, changes);
      functions.call(
          Function.C_SetAttributeValue,
          handle,
          object.value(),
          attributes.array(),
          attributes.count());
    }
  }

  /**
   * The objects that have all of {@code template}: those in the token, and the session objects of
   * this process.
   *
   * @param limit how many at most are looked for
   */
  public List<ObjectHandle> find(Template template, int limit) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate attributes = NativeTemplate.of(scratch, template);
      functions.call(Function.C_FindObjectsInit, handle, attributes.array(), attributes.count());
      MemorySegment objects = scratch.bytes(8L * limit);
      MemorySegment count = scratch.number(0);
      functions.call(Function.C_FindObjects, handle, objects, (long) limit, count);
      functions.call(Function.C_FindObjectsFinal, handle);
      List<ObjectHandle> found = new ArrayList<>();
      for (long i = 0; i < Math.min(limit, count.get(ValueLayout.JAVA_LONG, 0)); i++) {
        found.add(new ObjectHandle(objects.getAtIndex(ValueLayout.JAVA_LONG, i)));
      }
      return found;
    }
  }

  /** Makes a secret key. */
  public ObjectHandle generateKey(Mechanism mechanism, Template template) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate attributes = NativeTemplate.of(scratch, template);
      MemorySegment key = scratch.number(0);
      functions.call(
          Function.C_GenerateKey,
          handle,
          scratch.mechanism(mechanism),
          attributes.array(),
          attributes.count(),
          key);
      return handleIn(key);
    }
  }

  /** Makes a key pair. */
  public KeyPairHandles generateKeyPair(
      Mechanism mechanism, Template publicTemplate, Template privateTemplate)
      throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate ofPublic = NativeTemplate.of(scratch, publicTemplate);
      NativeTemplate ofPrivate = NativeTemplate.of(scratch, privateTemplate);
      MemorySegment publicKey = scratch.number(0);
      MemorySegment privateKey = scratch.number(0);
      functions.call(
          Function.C_GenerateKeyPair,
          handle,
          scratch.mechanism(mechanism),
          ofPublic.array(),
          ofPublic.count(),
          ofPrivate.array(),
          ofPrivate.count(),
          publicKey,
          privateKey);
      return new KeyPairHandles(handleIn(publicKey), handleIn(privateKey));
    }
  }

  /** {@code key}, encrypted under {@code wrappingKey}: at most 8192 bytes. */
  public byte[] wrap(Mechanism mechanism, ObjectHandle wrappingKey, ObjectHandle key)
      throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      MemorySegment output = scratch.bytes(MAXIMUM_OUTPUT);
      MemorySegment size = scratch.number(MAXIMUM_OUTPUT);
      functions.call(
          Function.C_WrapKey,
          handle,
          scratch.mechanism(mechanism),
          wrappingKey.value(),
          key.value(),
          output,
          size);
      return output(output, size);
    }
  }

  /** The key in {@code blob}, as an object with the attributes of {@code template}. */
  public ObjectHandle unwrap(
      Mechanism mechanism, ObjectHandle unwrappingKey, byte[] blob, Template template)
      throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      NativeTemplate attributes = NativeTemplate.of(scratch, template);
      MemorySegment key = scratch.number(0);
      functions.call(
          Function.C_UnwrapKey,
          handle,
          scratch.mechanism(mechanism),
          unwrappingKey.value(),
          scratch.copy(blob),
          (long) blob.length,
          attributes.array(),
          attributes.count(),
          key);
      return handleIn(key);
    }
  }

  /** A signature or MAC of {@code data} in one piece: at most 64 KiB in, 8192 bytes out. */
  public byte[] sign(Mechanism mechanism, ObjectHandle key, byte[] data) throws Pkcs11Exception {
    return apply(Function.C_SignInit, Function.C_Sign, mechanism, key, data);
  }

  /** {@code data} encrypted in one piece: at most 64 KiB in, 8192 bytes out. */
  public byte[] encrypt(Mechanism mechanism, ObjectHandle key, byte[] data) throws Pkcs11Exception {
    return apply(Function.C_EncryptInit, Function.C_Encrypt, mechanism, key, data);
  }

  /** {@code data} decrypted in one piece: at most 64 KiB in, 8192 bytes out. */
  public byte[] decrypt(Mechanism mechanism, ObjectHandle key, byte[] data) throws Pkcs11Exception {
    return apply(Function.C_DecryptInit, Function.C_Decrypt, mechanism, key, data);
  }

  /**
   * {@code size} bytes from the token's random generator.
   *
   * @param size 1 to 65536
   */
  public byte[] random(int size) throws Pkcs11Exception {
    if (size < 1 || size > MAXIMUM_RANDOM) {
      throw new IllegalArgumentException("1 to 65536 random bytes at a time");
    }
    try (Scratch scratch = new Scratch()) {
      MemorySegment output = scratch.bytes(size);
      functions.call(Function.C_GenerateRandom, handle, output, (long) size);
      return output.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private void login(long user, byte[] pin) throws Pkcs11Exception {
    try (Scratch scratch = new Scratch()) {
      functions.call(Function.C_Login, handle, user, scratch.copy(pin), (long) pin.length);
    }
  }

  private void ask(ObjectHandle object, NativeTemplate question) throws Pkcs11Exception {
    functions.call(
        Function.C_GetAttributeValue, handle, object.value(), question.array(), question.count());
  }

  private byte[] apply(
      Function initialise, Function finish, Mechanism mechanism, ObjectHandle key, byte[] data)
      throws Pkcs11Exception {
    if (data.length > MAXIMUM_INPUT) {
      throw new IllegalArgumentException("at most 65536 bytes in one piece");
    }
    try (Scratch scratch = new Scratch()) {
      functions.call(initialise, handle, scratch.mechanism(mechanism), key.value());
      MemorySegment output = scratch.bytes(MAXIMUM_OUTPUT);
      MemorySegment size = scratch.number(MAXIMUM_OUTPUT);
      // Also data of no bytes needs an address: modules refuse the null pointer.
      MemorySegment input = data.length == 0 ? scratch.bytes(1) : scratch.copy(data);
      functions.call(finish, handle, input, (long) data.length, output, size);
      return output(output, size);
    }
  }

  private static byte[] output(MemorySegment output, MemorySegment size) {
    long used = size.get(ValueLayout.JAVA_LONG, 0);
    return output.asSlice(0, used).toArray(ValueLayout.JAVA_BYTE);
  }

  private static ObjectHandle handleIn(MemorySegment segment) {
    return new ObjectHandle(segment.get(ValueLayout.JAVA_LONG, 0));
  }
}
