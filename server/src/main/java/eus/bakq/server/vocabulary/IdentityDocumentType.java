package eus.bakq.server.vocabulary;

/** The documents by which a person is identified in person. */
public enum IdentityDocumentType {
  /** Documento nacional de identidad. */
  DNI,
  /** Spanish passport. */
  PASSPORT,
  /** Spanish driving licence. */
  DRIVING_LICENCE,
  /** Residence card (tarjeta de residencia), which bears the NIE. */
  RESIDENCE_CARD,
  /**
   * Certificate of registration as a citizen of the Union, shown with the document of the country
   * of origin.
   */
  EU_REGISTRATION_CERTIFICATE
}
