package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.BadXml;
import eus.bakq.fixtures.OddXml;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Documents that nobody should sign, or that harm who reads them, sent by a sede (SIG-12). */
final class DocumentRubbish {
  static final String GROUP = "Documents";

  private static final String CREATE = "SignatureRequestService/CreateSignatureRequest";

  private DocumentRubbish() {}

  static List<RefusedInput> cases() {
    List<RefusedInput> cases = new ArrayList<>();
    SignatureFormat pades = SignatureFormat.SIGNATURE_FORMAT_PADES;
    each(cases, "PDF", pades, "DOCUMENT_UNREADABLE", BadDocuments.unreadable());
    each(cases, "PDF", pades, "DOCUMENT_TOO_LARGE", BadDocuments.tooLarge());
    each(cases, "PDF", pades, "DOCUMENT_ENCRYPTED", BadDocuments.locked());
    each(
        cases,
        "PDF",
        pades,
        "DOCUMENT_FORBIDS_SIGNING",
        Map.of("closed by its author", BadDocuments::certifiedWithoutChanges));
    SignatureFormat enveloped = SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED;
    Map<String, Supplier<byte[]>> unreadable = BadXml.unreadable();
    unreadable.remove("empty"); // refused for its form, as every empty document is
    each(cases, "XML", enveloped, "DOCUMENT_UNREADABLE", unreadable);
    each(cases, "XML", enveloped, "DOCUMENT_TOO_LARGE", BadXml.tooLarge());
    each(cases, "XML", enveloped, "DOCUMENT_FORBIDS_SIGNING", BadXml.forbidding());
    OddXml.all()
        .forEach(
            (name, file) ->
                cases.add(
                    sent("odd XML that is sound: " + name, enveloped, "accepted", () -> file)));
    for (SignatureFormat format :
        List.of(
            pades,
            enveloped,
            SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPING,
            SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED)) {
      cases.add(
          sent(
              "no bytes, as " + format.name(),
              format,
              "FIELD_INVALID documents[1].content",
              () -> new byte[0]));
    }
    cases.add(
        sent(
            "10 MiB, of which an enveloping signature would hold as much again",
            SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPING,
            "DOCUMENT_TOO_LARGE",
            () -> new byte[10 * 1024 * 1024]));
    return cases;
  }

  private static void each(
      List<RefusedInput> cases,
      String kind,
      SignatureFormat format,
      String answer,
      Map<String, Supplier<byte[]>> files) {
    files.forEach((name, file) -> cases.add(sent(kind + ": " + name, format, answer, file)));
  }

  /** Beside a sound one of the same kind, which does not help it. */
  private static RefusedInput sent(
      String name, SignatureFormat format, String answer, Supplier<byte[]> file) {
    return new RefusedInput(
        GROUP,
        CREATE,
        name,
        answer,
        situations -> {
          byte[] sound =
              format == SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED
                  ? OddXml.all().get("no declaration")
                  : BadDocuments.sound();
          CreateSignatureRequestRequest.Builder wish =
              Sede.wish(sound, file.get()).setFormat(format);
          return situations.sendMessages(CREATE, List.of(wish.build()));
        });
  }

  /** Larger than a call may be, in a call. */
  static CreateSignatureRequestRequest oversize(int bytes) {
    CreateSignatureRequestRequest.Builder wish = Sede.wish(BadDocuments.sound());
    wish.getDocumentsBuilder(0).setContent(ByteString.copyFrom(new byte[bytes]));
    return wish.build();
  }
}
