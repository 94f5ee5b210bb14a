package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.demo.search.SecretForms;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.vocabulary.Encoding;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * A whole walk, with mistakes, a refusal, a withdrawal, an expiry and one code still good at the
 * end; and all that is secret in it, by name. For servers whose codes have eight digits: six would
 * be found by chance, in the fractions of times.
 *
 * <p>Not among them, because it is not secret alone: an activation's id, which is the first third
 * of its link (the other two thirds are); the reference code and the authorisation address, which
 * the sede is given; an interaction's share, half of a ticket's key. Nor, because nobody can read
 * them to look for them, the keys of the tokens; nor the TLS keys of sedes and officers, which are
 * never at the server.
 */
final class SecretWalk {
  static final String DOOR_KEY = "TLS key of the doors";

  private static final int LINK_ID_SIZE = 16;
  private static final int KEY_SIZE = 32;
  private static final String WRONG_TEMPORARY_PASSWORD = "zzzzz-23456";
  private static final String REFUSED_PASSWORD = "Password1234";
  private static final String WRONG_CODE = "98765432";

  private final World world;
  private final Citizen citizen;
  private final Sede sede;
  private final SecretForms secrets = new SecretForms();
  private String lastCode = "";

  private SecretWalk(World world) {
    this.world = world;
    this.citizen = world.registeredCitizen();
    this.sede = world.sede(WorldFiles.SEDE_A);
  }

  /** Takes the walk. */
  static SecretWalk through(World world) throws Exception {
    SecretWalk walk = new SecretWalk(world);
    walk.files();
    walk.activate();
    walk.sign();
    walk.endWithoutASignature();
    walk.changeAPassword();
    walk.leaveOneOpen();
    walk.derived();
    return walk;
  }

  Citizen citizen() {
    return citizen;
  }

  SecretForms secrets() {
    return secrets;
  }

  private void files() throws Exception {
    for (String role : List.of("custody", "authority", "record")) {
      secrets.text("PIN of " + role, stripped(world.tokens().pinFile(role)));
    }
    doorKey();
    secrets.text(
        "password of the database's owner", stripped(world.files().place().ownerPasswordFile()));
    secrets.text(
        "password of the database's runtime",
        stripped(world.files().place().runtimePasswordFile()));
  }

  /** The number that the doors' key is, and its end, which PEM writes in one line. */
  private void doorKey() throws Exception {
    String pem = Files.readString(world.files().folder().resolve("door.key"));
    byte[] encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    byte[] number = new byte[KEY_SIZE];
    byte[] signed = ((ECPrivateKey) key).getS().toByteArray();
    int used = Math.min(signed.length, KEY_SIZE);
    System.arraycopy(signed, signed.length - used, number, KEY_SIZE - used, used);
    secrets.bytes(DOOR_KEY, number);
    secrets.bytes(DOOR_KEY + ", its end", Arrays.copyOfRange(number, KEY_SIZE / 2, KEY_SIZE));
  }

  private static String stripped(Path file) throws Exception {
    return Files.readString(file, StandardCharsets.US_ASCII).strip();
  }

  private void activate() {
    String token = citizen.linkToken();
    byte[] link = Base64.getUrlDecoder().decode(token);
    secrets.bytes("activation link", Arrays.copyOfRange(link, LINK_ID_SIZE, link.length));
    secrets.text("activation link as sent", token);
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();
    secrets.text("temporary password as sent", temporary);
    secrets.text("temporary password", temporary.replace("-", ""));
    secrets.text("wrong temporary password", WRONG_TEMPORARY_PASSWORD);
    var _ = Refused.by(() -> activating.setPassword(WRONG_TEMPORARY_PASSWORD, Citizen.PASSWORD));
    secrets.text("password that was not accepted", REFUSED_PASSWORD);
    var _ = Refused.by(() -> activating.setPassword(temporary, REFUSED_PASSWORD));
    activating.setPassword(temporary, Citizen.PASSWORD);
    activating.confirm(Officer.DOCUMENT_EXPIRY);
    activating.acceptTerms();
    activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
    String code = citizen.nextCode();
    secrets.text("code of the activation", code);
    secrets.bytes("ticket of the activation", activating.ticket().toByteArray());
    activating.submitCode(code);
    secrets.text("password", Citizen.PASSWORD);
    secrets.text("wrong password", Citizen.WRONG_PASSWORD);
    secrets.text("wrong code", WRONG_CODE);
  }

  private void sign() {
    SignatureRequest signed = ask("signed");
    Authorising wrong = citizen.open(signed);
    wrong.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    ticket("of a wrong password", wrong);
    var _ = Refused.by(() -> wrong.submitCode(WRONG_CODE));
    Authorising right = challenged("of a signature", signed);
    var _ = Refused.by(() -> right.submitCode(WRONG_CODE));
    right.submitCode(lastCode);
    sede.fetch(signed.getId(), 0);
    world.audit().of(signed.getId()).stream()
        .filter(record -> record.getType().equals("SAD_CREATED"))
        .forEach(record -> activationData(record.getDetailsOrThrow("sad")));
  }

  /** How activation data begin, which they do with their id. */
  private void activationData(String id) {
    secrets.bytes(
        "signature activation data",
        Encoding.of("bakq/sad/v1").id(UUID.fromString(id)).toByteArray());
  }

  private void endWithoutASignature() throws Exception {
    SignatureRequest cancelled = ask("cancelled");
    var _ = challenged("of what the sede withdrew", cancelled);
    var _ = sede.cancel(cancelled.getId());
    SignatureRequest rejected = ask("rejected");
    var _ = challenged("of what the citizen refused", rejected).reject();
    SignatureRequest expired = ask("expired");
    Authorising late = challenged("that expired", expired);
    var _ =
        world.tamper(
            "update interaction set code_expires_at = now() - interval '1 second' where id = '"
                + late.interaction()
                + "'");
    var _ = Refused.by(() -> late.submitCode(lastCode));
  }

  /** Another citizen's, with a new password that is refused, and one that is not. */
  private void changeAPassword() {
    Citizen other = world.activeCitizen();
    Changing changing = other.changing(Citizen.PASSWORD);
    secrets.bytes("ticket of a change of password", changing.ticket().toByteArray());
    String code = other.nextCode();
    secrets.text("code of a change of password", code);
    var _ = Refused.by(() -> changing.change(code, REFUSED_PASSWORD));
    changing.change(code, Citizen.NEW_PASSWORD);
    secrets.text("new password", Citizen.NEW_PASSWORD);
    secrets.bytes("device cookie of a change of password", changing.device().toByteArray());
  }

  /** As in the next hour: five codes were sent in this one. */
  private void leaveOneOpen() throws Exception {
    var _ = world.tamper("update failure_counter set codes_in_window = 0");
    var _ = challenged("that is still good", ask("open"));
  }

  /** What only the citizen's password gives. */
  private void derived() throws Exception {
    try (SealSecrets seal = SealSecrets.of(world, citizen)) {
      secrets.bytes("what Argon2id makes of the password", seal.passwordHash());
      secrets.bytes("what opens the seal", seal.activationSecret());
      secrets.bytes("wrapped key without its seal", seal.wrappedKey());
    }
  }

  private SignatureRequest ask(String kind) {
    String content = "what " + citizen.dni() + " agrees to, and nobody else reads: " + kind;
    secrets.text("document " + kind, content);
    return sede.ask(
        Sede.wish(("<agreement>" + content + "</agreement>").getBytes(StandardCharsets.UTF_8))
            .setFormat(SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED));
  }

  private Authorising challenged(String name, SignatureRequest request) {
    Authorising authorising = citizen.challenged(request);
    lastCode = citizen.nextCode();
    secrets.text("code " + name, lastCode);
    ticket(name, authorising);
    return authorising;
  }

  private void ticket(String name, Authorising authorising) {
    ByteString ticket = authorising.ticket();
    secrets.bytes("ticket " + name, ticket.toByteArray());
  }
}
