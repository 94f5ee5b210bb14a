package eus.bakq.demo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What comes back for each fault in each field: one line a field, below the call. If nothing else
 * is said, a fault is answered with FIELD_INVALID and the field's own path; what is not UTF-8, with
 * FIELD_INVALID and {@code message}, because no part of such a message can be read.
 */
final class FieldTable {
  static final String GROUP = "Every field of every call";

  private static final String LINES =
      """
      SignatureRequestService/CreateSignatureRequest
        request_id
        documents
        documents[0].label
        documents[0].content
        documents[1].upload_id | MISSING KIND = FIELD_INVALID documents[1].content
        format
        level
        language
        expected_signer | MISSING KIND = accepted
        digest_algorithm | MISSING KIND = accepted
      SignatureRequestService/UploadDocument
        header | ALL = FIELD_INVALID part
        header.size
        header.sha256
        chunk | MISSING KIND = FIELD_INVALID part
      SignatureRequestService/GetSignatureRequest
        id
      SignatureRequestService/WatchSignatureRequest
        id
      SignatureRequestService/FetchSignedDocument
        id
        index | MISSING KIND = accepted
      SignatureRequestService/StreamSignedDocument
        id
        index | MISSING KIND = accepted
      SignatureRequestService/AcknowledgeSignedDocuments
        id
      SignatureRequestService/CancelSignatureRequest
        id
      RegistrationService/RegisterSigner
        request_id
        dni
        given_name
        surname
        birth_date
        birth_date.year | ALL = FIELD_INVALID birth_date
        birth_date.month | ALL = FIELD_INVALID birth_date
        birth_date.day | ALL = FIELD_INVALID birth_date
        email
        mobile
        language
        evidence | ALL = FIELD_INVALID evidence.document_type, evidence.document_number, evidence.document_expiry, evidence.evidence_sha256
        evidence.document_type
        evidence.document_number
        evidence.document_expiry
        evidence.document_expiry.year | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.month | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.day | ALL = FIELD_INVALID evidence.document_expiry
        evidence.evidence_sha256
        evidence.identified_at | ALL = accepted
        evidence.identified_at.seconds | MISSING KIND = IDENTIFICATION_TOO_OLD; LEAST GREATEST = FIELD_INVALID evidence.identified_at
        evidence.identified_at.nanos | MISSING KIND = accepted; LEAST GREATEST = FIELD_INVALID evidence.identified_at
      RegistrationService/RenewActivation
        request_id
        dni
        evidence | ALL = FIELD_INVALID evidence.document_type, evidence.document_number, evidence.document_expiry, evidence.evidence_sha256
        evidence.document_type
        evidence.document_number
        evidence.document_expiry
        evidence.document_expiry.year | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.month | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.day | ALL = FIELD_INVALID evidence.document_expiry
        evidence.evidence_sha256
        evidence.identified_at | ALL = accepted
        evidence.identified_at.seconds | MISSING KIND = IDENTIFICATION_TOO_OLD; LEAST GREATEST = FIELD_INVALID evidence.identified_at
        evidence.identified_at.nanos | MISSING KIND = accepted; LEAST GREATEST = FIELD_INVALID evidence.identified_at
      RegistrationService/UnlockSigner
        request_id
        dni
        evidence | ALL = FIELD_INVALID evidence.document_type, evidence.document_number, evidence.document_expiry, evidence.evidence_sha256
        evidence.document_type
        evidence.document_number
        evidence.document_expiry
        evidence.document_expiry.year | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.month | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.day | ALL = FIELD_INVALID evidence.document_expiry
        evidence.evidence_sha256
        evidence.identified_at | ALL = accepted
        evidence.identified_at.seconds | MISSING KIND = IDENTIFICATION_TOO_OLD; LEAST GREATEST = FIELD_INVALID evidence.identified_at
        evidence.identified_at.nanos | MISSING KIND = accepted; LEAST GREATEST = FIELD_INVALID evidence.identified_at
      RegistrationService/SuspendCredentials
        request_id
        dni
        reason
        suspended_until
        suspended_until.seconds | ALL = FIELD_INVALID suspended_until
        suspended_until.nanos | MISSING KIND = accepted; LEAST GREATEST = FIELD_INVALID suspended_until
        evidence_sha256 | MISSING KIND = accepted
      RegistrationService/LiftSuspension
        request_id
        dni
        evidence | ALL = FIELD_INVALID evidence.document_type, evidence.document_number, evidence.document_expiry, evidence.evidence_sha256
        evidence.document_type
        evidence.document_number
        evidence.document_expiry
        evidence.document_expiry.year | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.month | ALL = FIELD_INVALID evidence.document_expiry
        evidence.document_expiry.day | ALL = FIELD_INVALID evidence.document_expiry
        evidence.evidence_sha256
        evidence.identified_at | ALL = accepted
        evidence.identified_at.seconds | MISSING KIND = IDENTIFICATION_TOO_OLD; LEAST GREATEST = FIELD_INVALID evidence.identified_at
        evidence.identified_at.nanos | MISSING KIND = accepted; LEAST GREATEST = FIELD_INVALID evidence.identified_at
      RegistrationService/RevokeCredentials
        request_id
        dni
        reason
        evidence_sha256 | MISSING KIND = accepted
      ActivationService/OpenActivation
        link_token | CONTROL BIDI = ACTIVATION_LINK_INVALID
        program_key
      ActivationService/SetPassword
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        temporary_password | CONTROL BIDI = AUTHENTICATION_FAILED
        new_password | CONTROL BIDI = PASSWORD_NOT_ACCEPTED new_password
      ActivationService/ConfirmPersonalData
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        document_expiry
        document_expiry.year | ALL = FIELD_INVALID document_expiry
        document_expiry.month | ALL = FIELD_INVALID document_expiry
        document_expiry.day | ALL = FIELD_INVALID document_expiry
      ActivationService/AcceptTerms
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        terms_version
        terms_sha256
      ActivationService/SubmitPassword
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        dni
        password | CONTROL BIDI = accepted
        device | MISSING KIND = accepted
      ActivationService/SubmitCode
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        ticket | CONTROL BIDI = INTERACTION_NOT_FOUND
        code | CONTROL BIDI = AUTHENTICATION_FAILED
      PasswordService/OpenPasswordChange
        program_key
      PasswordService/SubmitOldPassword
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        dni
        password | CONTROL BIDI = accepted
        device | MISSING KIND = accepted
      PasswordService/ChangePassword
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        ticket | CONTROL BIDI = INTERACTION_NOT_FOUND
        code | CONTROL BIDI = AUTHENTICATION_FAILED
        new_password | CONTROL BIDI = PASSWORD_NOT_ACCEPTED new_password
      AuthorisationService/OpenAuthorisation
        authorisation_address
        program_key
      AuthorisationService/SubmitPassword
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        dni
        password | CONTROL BIDI = accepted
        device | MISSING KIND = accepted
      AuthorisationService/SubmitCode
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
        ticket | CONTROL BIDI = INTERACTION_NOT_FOUND
        code | CONTROL BIDI = AUTHENTICATION_FAILED
      AuthorisationService/Reject
        interaction_id
        proof | ALL = FIELD_INVALID proof.signature
        proof.made_at_seconds | ALL = INTERACTION_NOT_FOUND
        proof.signature
      MessageService/ListMessages
        channel
        recipient
        page_size | MISSING KIND = accepted
      AuditService/ListAuditRecords
        subject | MISSING KIND = accepted
        after_sequence | MISSING KIND GREATEST = accepted
        page_size | MISSING KIND = accepted
      """;

  private FieldTable() {}

  /** The answers, by call and path, and then by fault. */
  static Map<String, Map<FieldFault, String>> answers() {
    Map<String, Map<FieldFault, String>> answers = new LinkedHashMap<>();
    String call = "";
    for (String line : LINES.lines().toList()) {
      if (!line.startsWith(" ")) {
        call = line;
        continue;
      }
      String[] parts = line.strip().split(" \\| ", 2);
      Map<FieldFault, String> ofField = own(parts[0]);
      if (parts.length == 2) {
        for (String exception : parts[1].split("; ", -1)) {
          String[] sides = exception.split(" = ", 2);
          faults(sides[0]).forEach(fault -> ofField.put(fault, sides[1]));
        }
      }
      answers.put(call + " " + parts[0], ofField);
    }
    return answers;
  }

  private static Map<FieldFault, String> own(String path) {
    Map<FieldFault, String> answers = new EnumMap<>(FieldFault.class);
    for (FieldFault fault : FieldFault.values()) {
      answers.put(fault, "FIELD_INVALID " + (fault == FieldFault.UTF8 ? "message" : path));
    }
    return answers;
  }

  private static List<FieldFault> faults(String words) {
    if (words.equals("ALL")) {
      List<FieldFault> all = new ArrayList<>(List.of(FieldFault.values()));
      all.remove(FieldFault.UTF8);
      return all;
    }
    return List.of(words.split(" ", -1)).stream().map(FieldFault::valueOf).toList();
  }

  /** Every field that the contract has; one that has no line here has no answer, and fails. */
  static List<RefusedInput> cases() {
    Map<String, Map<FieldFault, String>> answers = answers();
    List<RefusedInput> cases = new ArrayList<>();
    for (FieldRubbish.Place place : FieldRubbish.places()) {
      Map<FieldFault, String> ofField =
          answers.getOrDefault(place.call() + " " + place.path(), Map.of());
      for (FieldFault fault : FieldFault.of(place.field())) {
        cases.add(
            new RefusedInput(
                GROUP,
                place.call(),
                "`" + place.path() + "` " + fault.words(),
                ofField.getOrDefault(fault, "not in the table"),
                situations -> FieldRubbish.send(situations, place, fault)));
      }
    }
    return cases;
  }
}
