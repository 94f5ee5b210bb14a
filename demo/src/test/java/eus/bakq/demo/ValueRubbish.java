package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Pki;
import eus.bakq.registration.v1.CalendarDate;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.SuspendCredentialsRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.signer.v1.OpenActivationRequest;
import eus.bakq.signer.v1.SetPasswordRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Values of the right type that mean nothing, or nothing good. */
final class ValueRubbish {
  static final String GROUP = "Values";

  private static final String CREATE = "SignatureRequestService/CreateSignatureRequest";
  private static final String REGISTER = "RegistrationService/RegisterSigner";
  private static final String SUSPEND = "RegistrationService/SuspendCredentials";
  private static final String SET_PASSWORD = "ActivationService/SetPassword";
  private static final String OPEN = "ActivationService/OpenActivation";

  private final Cases cases = new Cases(GROUP);

  private ValueRubbish() {}

  static List<RefusedInput> cases() {
    ValueRubbish all = new ValueRubbish();
    all.numbersOfPeople();
    all.contacts();
    all.names();
    all.dates();
    all.labels();
    all.passwords();
    all.keys();
    return all.cases.list();
  }

  private void numbersOfPeople() {
    dni("12345678A", "DNI with the wrong letter");
    dni("12345678", "DNI without its letter");
    dni("1234567L", "DNI of seven digits");
    dni("123456789Z", "DNI of nine digits");
    dni("Z12345678", "DNI whose letter stands first");
    dni("X1234567A", "NIE with the wrong letter");
    dni("X12345678L", "NIE of eight digits");
    dni("W1234567L", "NIE that begins with W");
    dni("X1234567", "NIE without its letter");
    dni("12345678z\u0000", "DNI with a NUL behind");
    dni("\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18Z", "DNI in wide digits");
    dni("\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668Z", "DNI in Arabic digits");
    dni("K1234567L", "a tax number of a minor");
    dni("A58818501", "a tax number of a company");
    dni("' OR '1'='1", "what would be SQL");
    register("DNI in small letters with blanks and hyphens", "accepted", this::spacedDni);
    cases.changed(
        CREATE,
        "expected signer whose DNI has the wrong letter",
        "FIELD_INVALID expected_signer",
        message ->
            ((CreateSignatureRequestRequest) message)
                .toBuilder().setExpectedSigner("12345678A").build());
  }

  private void spacedDni(RegisterSignerRequest.Builder request) {
    String dni = request.getDni();
    char letter = Character.toLowerCase(dni.charAt(8));
    request.setDni(dni.substring(0, 2) + " " + dni.substring(2, 8) + "-" + letter);
  }

  private void dni(String value, String what) {
    register(what, "FIELD_INVALID dni", request -> request.setDni(value));
  }

  private void contacts() {
    mobile("+34944012345", "a Spanish number of a house");
    mobile("+34701234567", "a number that anybody may divert");
    mobile("+34803123456", "a premium number");
    mobile("+80012345678", "a number of no country");
    mobile("0034600000000", "a mobile number with 00");
    mobile("600000000", "a mobile number without its country");
    mobile("+3460000000", "a Spanish number with a digit too few");
    mobile("+1234567890123456", "sixteen digits");
    mobile("+346000000\u06600", "an Arabic digit within");
    mobile("+34600000000;+34600000001", "two mobile numbers");
    email("ane", "no address");
    email("ane@example", "a domain of one part");
    email("ane@@example.eus", "two signs @");
    email("ane@example.eus, jon@example.eus", "two addresses");
    email("Ane <ane@example.eus>", "an address with a name");
    email("\"ane etxeberria\"@example.eus", "an address with quotes");
    email("ane@example.eus\r\nBcc: jon@example.eus", "a second header");
    email("a\u00f1e@example.eus", "an address that is not ASCII");
    email("ane@xn--.eus", "a domain that ends in a hyphen");
    email("a".repeat(65) + "@example.eus", "65 characters before the @");
    email("ane@" + "a".repeat(63) + ("." + "a".repeat(61)).repeat(4) + ".eus", "an address of 318");
  }

  private void mobile(String value, String what) {
    register(what, "FIELD_INVALID mobile", request -> request.setMobile(value));
  }

  private void email(String value, String what) {
    register(what, "FIELD_INVALID email", request -> request.setEmail(value));
  }

  private void names() {
    register("a name of blanks", "FIELD_INVALID given_name", r -> r.setGivenName("   "));
    register("a name with a digit", "FIELD_INVALID given_name", r -> r.setGivenName("An3"));
    register("a name with a tag", "FIELD_INVALID given_name", r -> r.setGivenName("<b>Ane</b>"));
    register("61 letters", "FIELD_INVALID given_name", r -> r.setGivenName("a".repeat(61)));
    register("a smile for a surname", "FIELD_INVALID surname", r -> r.setSurname("\ud83d\ude00"));
    register("101 letters", "FIELD_INVALID surname", r -> r.setSurname("a".repeat(101)));
    register(
        "a blank of no width in a surname", "FIELD_INVALID surname", r -> r.setSurname("A\u200bB"));
    register("letters of Cyrillic and a mark", "accepted", r -> r.setSurname("\u0418\u0306vanov"));
    register(
        "number of a document in brackets",
        "FIELD_INVALID evidence.document_number",
        r -> r.getEvidenceBuilder().setDocumentNumber("(123456)"));
  }

  private void dates() {
    birth(2023, 2, 29, "the 29th of February of a common year", "FIELD_INVALID birth_date");
    birth(1985, 13, 1, "the thirteenth month", "FIELD_INVALID birth_date");
    birth(1985, 4, 31, "the 31st of April", "FIELD_INVALID birth_date");
    birth(1899, 12, 31, "born in 1899", "FIELD_INVALID birth_date");
    birth(2200, 1, 1, "not born yet", "APPLICANT_UNDER_AGE");
    birth(2020, 1, 1, "a child", "APPLICANT_UNDER_AGE");
    register(
        "an identity document that has expired",
        "IDENTITY_DOCUMENT_EXPIRED",
        r -> r.getEvidenceBuilder().getDocumentExpiryBuilder().setYear(2020));
    register(
        "identified tomorrow",
        "FIELD_INVALID evidence.identified_at",
        r -> identified(r, Duration.ofDays(1)));
    register(
        "identified six years ago",
        "IDENTIFICATION_TOO_OLD",
        r -> identified(r, Duration.ofDays(-6 * 366)));
    until(Duration.ofMinutes(59), "suspended for 59 minutes");
    until(Duration.ofDays(31), "suspended for 31 days");
    until(Duration.ofDays(-1), "suspended until yesterday");
    cases.changed(
        "ActivationService/ConfirmPersonalData",
        "another expiry than was registered",
        "PERSONAL_DATA_NOT_CONFIRMED",
        message -> {
          var wrong = ((eus.bakq.signer.v1.ConfirmPersonalDataRequest) message).toBuilder();
          wrong.getDocumentExpiryBuilder().setDay(2);
          return wrong.build();
        });
    cases.changed(
        "ActivationService/AcceptTerms",
        "terms that were not shown",
        "TERMS_NOT_CURRENT",
        message ->
            ((eus.bakq.signer.v1.AcceptTermsRequest) message)
                .toBuilder().setTermsVersion("0").build());
  }

  private void birth(int year, int month, int day, String what, String answer) {
    register(
        what,
        answer,
        r -> r.setBirthDate(CalendarDate.newBuilder().setYear(year).setMonth(month).setDay(day)));
  }

  private static void identified(RegisterSignerRequest.Builder request, Duration fromNow) {
    request
        .getEvidenceBuilder()
        .getIdentifiedAtBuilder()
        .setSeconds(Instant.now().plus(fromNow).getEpochSecond());
  }

  private void until(Duration fromNow, String what) {
    cases.changed(
        SUSPEND,
        what,
        "FIELD_INVALID suspended_until",
        message -> {
          var suspend = ((SuspendCredentialsRequest) message).toBuilder();
          suspend
              .getSuspendedUntilBuilder()
              .setSeconds(Instant.now().plus(fromNow).getEpochSecond());
          return suspend.build();
        });
  }

  private void labels() {
    label("   ", "a label of blanks");
    label("a".repeat(101), "a label of 101 characters");
    label("pay\u2066 1000", "a label with an isolate of direction");
    label("pay\u200b1000", "a label with a blank of no width");
    label("pay\n1000", "a label of two lines");
    label("pay\u2028" + "1000", "a label with a separator of lines");
    label("pay\ue000", "a label with a character of private use");
    label("pay\ud83e\udfff", "a label with a character that is none yet");
    wish("a label of 100 smiles", "accepted", w -> first(w).setLabel("\ud83d\ude00".repeat(100)));
    wish(
        "21 documents",
        "FIELD_INVALID documents",
        w -> {
          for (int i = 0; i < 20; i++) {
            w.addDocuments(w.getDocuments(0));
          }
        });
    wish(
        "a document within the call and uploaded",
        "FIELD_INVALID documents[0].content",
        w -> first(w).setUploadId(UUID.randomUUID().toString()));
    wish(
        "an upload that is none",
        "UPLOAD_NOT_FOUND",
        w -> first(w).clearContent().setUploadId(UUID.randomUUID().toString()));
    wish(
        "a hash whose last day is over",
        "SIGNATURE_FORM_NOT_OFFERED",
        w -> w.setDigestAlgorithm(DigestAlgorithm.DIGEST_ALGORITHM_SHA512));
    cases.add(
        CREATE,
        "the `request_id` of another wish",
        "REQUEST_ID_REUSED",
        situations -> {
          var wish = Sede.wish(BadDocuments.sound());
          situations.sendMessages(CREATE, List.of(wish.build()));
          first(wish).setLabel("another");
          return situations.sendMessages(CREATE, List.of(wish.build()));
        });
  }

  private static eus.bakq.relyingparty.v1.DocumentToSign.Builder first(
      CreateSignatureRequestRequest.Builder wish) {
    return wish.getDocumentsBuilder(0);
  }

  private void label(String label, String what) {
    wish(what, "FIELD_INVALID documents[0].label", wish -> first(wish).setLabel(label));
  }

  private void passwords() {
    password("Corto1!", "seven characters");
    password("a".repeat(129), "129 characters");
    password("euria barik\u0007 bai", "a bell within");
    password("euria barik\u202e bai", "a mark of direction within");
    password("Password1234", "what guessers try first");
    password("Etxeberria1985!", "the own name and year");
    password("\u00e9".repeat(7) + "\u0301", "seven letters and a mark that joins");
    cases.add(
        SET_PASSWORD,
        "a new password that is not UTF-8",
        "FIELD_INVALID new_password",
        situations ->
            newPassword(situations, ByteString.copyFrom(new byte[] {'a', (byte) 0xC3, '('})));
    cases.changed(
        SET_PASSWORD,
        "a wrong temporary password",
        "AUTHENTICATION_FAILED",
        message ->
            ((SetPasswordRequest) message)
                .toBuilder().setTemporaryPassword(ByteString.copyFromUtf8("zzzzz-23456")).build());
  }

  private void password(String password, String what) {
    cases.add(
        SET_PASSWORD,
        "a new password: " + what,
        "PASSWORD_NOT_ACCEPTED new_password",
        situations -> newPassword(situations, ByteString.copyFromUtf8(password)));
  }

  private static Answer newPassword(Situations situations, ByteString password) {
    SetPasswordRequest good = (SetPasswordRequest) situations.of(SET_PASSWORD).getFirst();
    return situations.sendMessages(
        SET_PASSWORD, List.of(good.toBuilder().setNewPassword(password).build()));
  }

  private void keys() {
    key("zeros", new byte[91]);
    key("an RSA key cut to size", Arrays.copyOf(rsa(), 91));
    key("a key on P-384", Pki.ecKeys(new SecureRandom(), "secp384r1").getPublic().getEncoded());
    byte[] off = Pki.ecKeys(new SecureRandom(), "secp256r1").getPublic().getEncoded();
    Arrays.fill(off, 60, 91, (byte) 1);
    key("a point that is not on the curve", off);
    byte[] hybrid = Pki.ecKeys(new SecureRandom(), "secp256r1").getPublic().getEncoded();
    hybrid[26] = 6;
    key("a point of hybrid form", hybrid);
  }

  private static byte[] rsa() {
    try {
      var generator = java.security.KeyPairGenerator.getInstance("RSA");
      generator.initialize(1024);
      return generator.generateKeyPair().getPublic().getEncoded();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void key(String what, byte[] key) {
    cases.changed(
        OPEN,
        "a program's key: " + what,
        "FIELD_INVALID program_key",
        message ->
            ((OpenActivationRequest) message)
                .toBuilder().setProgramKey(ByteString.copyFrom(key)).build());
  }

  private void wish(
      String what, String answer, Consumer<CreateSignatureRequestRequest.Builder> change) {
    cases.add(
        CREATE,
        what,
        answer,
        situations -> {
          var wish = Sede.wish(BadDocuments.sound());
          change.accept(wish);
          return situations.sendMessages(CREATE, List.of(wish.build()));
        });
  }

  private void register(
      String what, String answer, Consumer<RegisterSignerRequest.Builder> change) {
    cases.changed(
        REGISTER,
        what,
        answer,
        message -> {
          var request = ((RegisterSignerRequest) message).toBuilder();
          change.accept(request);
          return request.build();
        });
  }
}
