package eus.bakq.demo.search;

import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The forms of secrets: as they are, in UTF-8 and UTF-16 if they are text, each of these and their
 * SHA-256 in hexadecimal of either case and in both alphabets of base64, at each of the three
 * places where base64 can begin; and these letters in UTF-16 once more. For one thread.
 */
public final class SecretForms {
  private final Map<Bytes, Form> forms = new LinkedHashMap<>();
  private final Map<String, Bytes> secrets = new LinkedHashMap<>();

  /** A secret that people read: a password, a code. */
  public void text(String name, String secret) {
    byte[] utf8 = secret.getBytes(StandardCharsets.UTF_8);
    secrets.put(name, Bytes.copyOf(utf8));
    written(name, "UTF-8", utf8);
    if (StandardCharsets.ISO_8859_1.newEncoder().canEncode(secret)) {
      written(name, "Latin-1", secret.getBytes(StandardCharsets.ISO_8859_1));
    }
    for (Charset wide : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      written(name, wide.name(), secret.getBytes(wide));
    }
    written(name, "SHA-256", Bytes.sha256(utf8));
  }

  /** A secret that is no text: a ticket, a key. */
  public void bytes(String name, byte[] secret) {
    secrets.put(name, Bytes.copyOf(secret));
    written(name, "bytes", secret);
    written(name, "SHA-256", Bytes.sha256(secret));
  }

  /** All forms; of two that are alike, the first. */
  public List<Form> forms() {
    return List.copyOf(forms.values());
  }

  /** The secrets themselves, by name. */
  public Map<String, Bytes> secrets() {
    return Map.copyOf(secrets);
  }

  private void written(String name, String way, byte[] bytes) {
    add(name, way, bytes);
    letters(name, way + ", hex", HexFormat.of().formatHex(bytes));
    letters(name, way + ", HEX", HexFormat.of().withUpperCase().formatHex(bytes));
    for (int ahead = 0; ahead < 3; ahead++) {
      letters(name, way + ", base64 +" + ahead, within(Base64.getEncoder(), bytes, ahead));
      letters(name, way + ", base64url +" + ahead, within(Base64.getUrlEncoder(), bytes, ahead));
    }
  }

  /** What base64 writes for {@code bytes} behind {@code ahead} others, whatever stands around. */
  private static String within(Base64.Encoder encoder, byte[] bytes, int ahead) {
    byte[] shifted = new byte[ahead + bytes.length];
    System.arraycopy(bytes, 0, shifted, ahead, bytes.length);
    String written = encoder.withoutPadding().encodeToString(shifted);
    return written.substring((8 * ahead + 5) / 6, 8 * shifted.length / 6);
  }

  private void letters(String name, String way, String letters) {
    add(name, way, letters.getBytes(StandardCharsets.US_ASCII));
    add(name, way + " in UTF-16LE", letters.getBytes(StandardCharsets.UTF_16LE));
    add(name, way + " in UTF-16BE", letters.getBytes(StandardCharsets.UTF_16BE));
  }

  private void add(String name, String way, byte[] bytes) {
    Bytes looked = Bytes.copyOf(bytes);
    forms.putIfAbsent(looked, new Form(name, way, looked));
  }

  /** The bytes of all forms together, one after the other: what a search of it must find whole. */
  public static byte[] planted(List<Form> forms, byte between) {
    List<byte[]> parts = new ArrayList<>();
    int size = 1;
    for (Form form : forms) {
      parts.add(form.bytes().toByteArray());
      size += form.bytes().size() + 1;
    }
    byte[] all = new byte[size];
    Arrays.fill(all, between);
    int at = 1;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length + 1;
    }
    return all;
  }
}
