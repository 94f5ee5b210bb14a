package eus.bakq.cli;

/** The languages in which a citizen is spoken to. */
enum Languages {
  EU(
      eus.bakq.relyingparty.v1.Language.LANGUAGE_BASQUE,
      eus.bakq.registration.v1.Language.LANGUAGE_BASQUE),
  ES(
      eus.bakq.relyingparty.v1.Language.LANGUAGE_SPANISH,
      eus.bakq.registration.v1.Language.LANGUAGE_SPANISH),
  EN(
      eus.bakq.relyingparty.v1.Language.LANGUAGE_ENGLISH,
      eus.bakq.registration.v1.Language.LANGUAGE_ENGLISH);

  private final eus.bakq.relyingparty.v1.Language ofRelyingParty;
  private final eus.bakq.registration.v1.Language ofRegistration;

  Languages(
      eus.bakq.relyingparty.v1.Language ofRelyingParty,
      eus.bakq.registration.v1.Language ofRegistration) {
    this.ofRelyingParty = ofRelyingParty;
    this.ofRegistration = ofRegistration;
  }

  eus.bakq.relyingparty.v1.Language ofRelyingParty() {
    return ofRelyingParty;
  }

  eus.bakq.registration.v1.Language ofRegistration() {
    return ofRegistration;
  }
}
