package eus.bakq.server.signing;

import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.AuthenticationSubject;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.database.Database;
import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.sam.ActivationIssuer;
import eus.bakq.server.sam.SigningContext;
import eus.bakq.server.sam.UnverifiedActivationData;
import eus.bakq.server.signer.AlteredRows;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureScheme;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * A signature request as what a citizen authenticates for. When the password is given, every
 * document is prepared for the key of the person named, so that the code is bound to the very
 * hashes that would be signed (SAD-01, OTP-07).
 */
public final class SignatureSubject implements AuthenticationSubject<SignatureSubject.Authorised> {
  /**
   * A request that was authorised, on its way to the signature activation module.
   *
   * @param activation whose turn the request is
   * @param signer carries what opens the seal; close it
   */
  record Authorised(
      SignatureRequestId request,
      ActivationDataId activation,
      UnverifiedActivationData data,
      SigningContext context,
      AuthenticatedSigner signer) {}

  private static final Set<SignerState> HAVE_CREDENTIALS =
      Set.of(SignerState.ACTIVE, SignerState.SUSPENDED);

  private record Wanted(
      SignatureRequest request,
      List<Bytes> originals,
      List<SignatureForm> forms,
      Optional<Signer> signer,
      Optional<Credential> credential,
      Instant now) {}

  private final SigningParts parts;
  private final SignatureDocuments signatures;
  private final Signers signers;
  private final Credentials credentials;
  private final AlteredRows altered;
  private final ActivationIssuer issuer;
  private final StandIn standIn;
  private final SignatureScheme rsaScheme;
  private final AlgorithmPolicy algorithms;

  /**
   * A subject that prepares with what is given.
   *
   * @param rsaScheme by which RSA keys sign
   * @param algorithms one that has ended makes nobody an SMS: the activation module would refuse it
   */
  public SignatureSubject(
      SigningParts parts,
      SignatureDocuments signatures,
      Signers signers,
      Credentials credentials,
      AlteredRows altered,
      ActivationIssuer issuer,
      StandIn standIn,
      SignatureScheme rsaScheme,
      AlgorithmPolicy algorithms) {
    this.parts = parts;
    this.signatures = signatures;
    this.signers = signers;
    this.credentials = credentials;
    this.altered = altered;
    this.issuer = issuer;
    this.standIn = standIn;
    this.rsaScheme = rsaScheme;
    this.algorithms = algorithms;
  }

  @Override
  public InteractionPurpose purpose() {
    return InteractionPurpose.SIGNATURE;
  }

  @Override
  public MessageKind codeMessage() {
    return MessageKind.SIGNATURE_CODE;
  }

  @Override
  public Predicate<Signer> concerned(Handle handle, UUID subject) {
    Optional<Dni> expected =
        parts
            .requests()
            .find(handle, new SignatureRequestId(subject))
            .flatMap(SignatureRequest::expectedSigner);
    // Nobody uses up the tries of somebody who has yet to activate, or never will again.
    return signer ->
        HAVE_CREDENTIALS.contains(signer.state())
            && expected.map(signer.dni()::equals).orElse(true);
  }

  @Override
  public void hold(Handle handle, UUID subject) {
    var _ = parts.requests().lock(handle, new SignatureRequestId(subject));
  }

  @Override
  public Frozen freeze(UUID subject, Optional<SignerId> candidate) throws RefusedException {
    Wanted wanted =
        parts
            .database()
            .inTransaction(handle -> wanted(handle, new SignatureRequestId(subject), candidate));
    var chain = wanted.credential().map(Credential::chainForSignatures).orElse(standIn.chain());
    DigestAlgorithm digest = wanted.request().digest();
    SignatureAlgorithm algorithm =
        wanted
            .credential()
            .map(credential -> algorithm(credential, digest))
            .orElse(standIn.algorithm(digest));
    List<PreparedDocument> prepared = new ArrayList<>();
    for (int i = 0; i < wanted.originals().size(); i++) {
      prepared.add(
          signatures.prepare(
              wanted.originals().get(i),
              wanted.forms().get(i),
              chain,
              algorithm,
              wanted.now().truncatedTo(ChronoUnit.SECONDS)));
    }
    Bytes hash =
        FrozenSets.ofAuthorisation(
            wanted.request(), prepared.stream().map(PreparedDocument::dtbs).toList());
    return new FrozenForSigner(wanted, prepared, hash);
  }

  private Wanted wanted(Handle handle, SignatureRequestId id, Optional<SignerId> candidate)
      throws RefusedException {
    SignatureRequest request =
        parts
            .requests()
            .findAndHold(handle, id) // or its documents are erased while this reads
            .filter(found -> found.isOpen(Database.now(handle)))
            .orElseThrow(() -> new RefusedException(Refusal.SIGNATURE_REQUEST_NOT_OPEN));
    List<Bytes> originals = parts.documents().originals(handle, request);
    List<SignatureForm> forms = parts.documents().forms(handle, request);
    SignerId asked = candidate.orElse(new SignerId(new UUID(0, 0)));
    Optional<Signer> signer =
        altered.findOrStandIn(() -> signers.find(handle, asked), signers::standIn);
    Optional<Credential> found =
        altered.findOrStandIn(
            () -> credentials.findUsable(handle, asked, CredentialPurpose.SIGNATURE),
            credentials::standIn);
    // For a certificate that is over, or has not begun, nothing can be prepared: a fault would tell
    // that there is one (AUT-11).
    Instant now = Database.now(handle);
    Optional<Credential> credential = found.filter(one -> one.isValidAt(now));
    return new Wanted(request, originals, forms, signer, credential, now);
  }

  private SignatureAlgorithm algorithm(Credential credential, DigestAlgorithm digest) {
    SignatureScheme scheme =
        credential.keyAlgorithm() == KeyAlgorithm.EC_P256 ? SignatureScheme.ECDSA_P256 : rsaScheme;
    return SignatureAlgorithm.of(scheme, digest);
  }

  private final class FrozenForSigner implements Frozen {
    private final Wanted wanted;
    private final List<PreparedDocument> prepared;
    private final Bytes hash;

    FrozenForSigner(Wanted wanted, List<PreparedDocument> prepared, Bytes hash) {
      this.wanted = wanted;
      this.prepared = prepared;
      this.hash = hash;
    }

    @Override
    public Bytes hash() {
      return hash;
    }

    @Override
    public boolean allowed() {
      return wanted.signer().filter(signer -> signer.state() == SignerState.ACTIVE).isPresent()
          && wanted.credential().filter(FrozenForSigner::maySign).isPresent()
          && algorithms.allows(prepared.getFirst().dtbs().algorithm(), wanted.now())
          && wanted
              .request()
              .expectedSigner()
              .map(expected -> expected.equals(wanted.signer().get().dni()))
              .orElse(true);
    }

    /** Of one that is valid; the activation module judges it again. */
    private static boolean maySign(Credential credential) {
      return credential.state() == CredentialState.ACTIVE;
    }

    @Override
    public Optional<CredentialId> credential() {
      return wanted.credential().map(Credential::id);
    }

    @Override
    public void store(Handle handle, InteractionId interaction) throws RefusedException {
      SignatureRequest request = parts.requests().lockOpen(handle, wanted.request().id());
      parts.documents().keepPrepared(handle, interaction, request.id(), prepared);
      if (request.state() == SignatureRequestState.FROZEN) {
        parts.requests().move(handle, request, SignatureRequestState.CHALLENGED);
      }
    }
  }

  @Override
  public Authorised succeeded(Handle handle, AuthenticatedSigner signer) throws RefusedException {
    SignatureRequest request =
        parts.requests().lockOpen(handle, new SignatureRequestId(signer.subject()));
    List<DtbsRepresentation> hashes =
        parts.documents().prepared(handle, signer.interaction(), request.id()).stream()
            .map(PreparedDocument::dtbs)
            .toList();
    if (hashes.size() != request.documentCount()
        || !FrozenSets.ofAuthorisation(request, hashes).equals(signer.frozenSet())) {
      throw new IllegalStateException(
          "what was frozen for request " + request.id() + " was altered");
    }
    Credential credential =
        credentials
            .find(handle, signer.credential().orElseThrow())
            .orElseThrow(() -> new RefusedException(Refusal.ACTIVATION_REFUSED));
    Signer account = signers.find(handle, signer.signer()).orElseThrow();
    // Judged when the password came, and once more now.
    if (account.state() != SignerState.ACTIVE
        || !request.expectedSigner().map(account.dni()::equals).orElse(true)) {
      throw new RefusedException(Refusal.ACTIVATION_REFUSED);
    }
    ActivationIssuer.Issued issued =
        issuer.issue(handle, signer, credential, request.id(), request.caller(), hashes);
    parts
        .requests()
        .authorise(
            handle,
            request,
            new SignatureRequest.Authorisation(
                signer.interaction(), issued.id(), signer.signer(), credential.id()));
    return new Authorised(
        request.id(),
        issued.id(),
        issued.data(),
        new SigningContext(
            request.id(),
            request.caller(),
            signer.interaction(),
            hashes,
            "IDCES-" + account.dni().value()),
        signer);
  }
}
