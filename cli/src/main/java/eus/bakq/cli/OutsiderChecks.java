package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What was delivered, judged from outside and compared with the record: the tampered hash and the
 * double count would show here, whatever the server says of them.
 */
final class OutsiderChecks {
  private static final String CREATED = "SIGNATURE_CREATED";
  private static final int DER_SEQUENCE = 0x30;
  private static final int DER_INTEGER = 0x02;

  private final SelfTestTarget target;
  private final SelfTestReport report;

  OutsiderChecks(SelfTestTarget target, SelfTestReport report) {
    this.target = target;
    this.report = report;
  }

  /** Looks at what twenty submits of one code have signed. */
  void run(FactorAttacks.Requests requests) {
    SignatureRequest request = requests.signedOfTwenty();
    List<byte[]> documents = requests.documents();
    target.awaitCompleted(request);
    report.check(
        "the citizen was shown the hashes of what the sede sent",
        requests.shownHashes().equals(documents.stream().map(OutsiderChecks::hash).toList()),
        documents.size() + " hashes",
        "the SHA-256 of each document, in the sede's order");
    List<SignedXml> signed = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      SignedXml.read(target.sede().fetch(request.getId(), i), documents.get(i))
          .filter(SignedXml::valid)
          .ifPresent(signed::add);
    }
    report.check(
        "each delivered signature covers its own original",
        signed.size() == documents.size(),
        signed.size() + " of " + documents.size() + ", by the JDK",
        "all, in the sede's order");
    report.check(
        "  and no signature covers another document",
        coversNothingElse(request, documents),
        "none does",
        "none");
    report.check(
        "  and its certificate names the test citizen",
        signed.stream().allMatch(one -> names(one, target.citizen().dni())),
        "in each",
        "the DNI in the subject");
    report.check(
        "  and the streamed document is the fetched one",
        target.sede().stream(request.getId(), 0)
            .getHeader()
            .getSha256()
            .equals(hash(target.sede().fetch(request.getId(), 0).toByteArray())),
        "the same hash",
        "the same hash");
    counts(request, documents.size(), signed);
  }

  /** One record for each occurrence, not more: the same document twice is two occurrences. */
  private void counts(SignatureRequest request, int documents, List<SignedXml> signed) {
    List<AuditRecord> records = target.record().of(request.getId());
    for (String type : List.of("SAD_CREATED", "AUTHENTICATION_SUCCEEDED")) {
      long count = records.stream().filter(record -> record.getType().equals(type)).count();
      report.check("one code, once in the record: " + type, count == 1, count + " record", "one");
    }
    for (String type : List.of("SIGNATURE_AUTHORISED", CREATED)) {
      List<String> ordinals =
          records.stream()
              .filter(record -> record.getType().equals(type))
              .map(record -> record.getDetailsOrDefault("ordinal", ""))
              .toList();
      report.check(
          "one for each document, in order: " + type,
          ordinals.equals(IntStream.range(0, documents).mapToObj(Integer::toString).toList()),
          ordinals.size() + " records",
          documents + " records");
    }
    List<AuditRecord> created =
        records.stream().filter(record -> record.getType().equals(CREATED)).toList();
    boolean same = created.size() == signed.size();
    for (int i = 0; same && i < created.size(); i++) {
      same = tells(created.get(i), signed.get(i));
    }
    report.check(
        "the values and hashes of the record are the delivered ones",
        same,
        created.size() + " compared",
        "dtbs_digest and value_sha256 of each");
  }

  private boolean coversNothingElse(SignatureRequest request, List<byte[]> documents) {
    ByteString first = target.sede().fetch(request.getId(), 0);
    return documents.stream()
        .filter(document -> !Arrays.equals(document, documents.getFirst()))
        .noneMatch(document -> SignedXml.read(first, document).map(SignedXml::valid).orElse(true));
  }

  private static boolean names(SignedXml signed, String dni) {
    return signed
        .certificate()
        .getSubjectX500Principal()
        .getName("RFC1779", java.util.Map.of("2.5.4.5", "serialNumber"))
        .contains(dni);
  }

  private static boolean tells(AuditRecord record, SignedXml signed) {
    Set<String> values = new java.util.HashSet<>();
    values.add(Text.hex(hash(signed.value().toByteArray())));
    asDer(signed.value()).ifPresent(der -> values.add(Text.hex(hash(der))));
    return values.contains(record.getDetailsOrDefault("value_sha256", ""))
        && Text.hex(signed.signedHash()).equals(record.getDetailsOrDefault("dtbs_digest", ""));
  }

  /** XML has a value of ECDSA as two numbers of one length; the record knows it in DER. */
  private static Optional<byte[]> asDer(ByteString value) {
    if (value.size() != 64) {
      return Optional.empty();
    }
    byte[] r = new BigInteger(1, value.substring(0, 32).toByteArray()).toByteArray();
    byte[] s = new BigInteger(1, value.substring(32).toByteArray()).toByteArray();
    int length = 4 + r.length + s.length;
    return Optional.of(
        ByteBuffer.allocate(2 + length)
            .put((byte) DER_SEQUENCE)
            .put((byte) length)
            .put((byte) DER_INTEGER)
            .put((byte) r.length)
            .put(r)
            .put((byte) DER_INTEGER)
            .put((byte) s.length)
            .put(s)
            .array());
  }

  private static ByteString hash(byte[] content) {
    return ByteString.copyFrom(Sha256.of(content));
  }
}
