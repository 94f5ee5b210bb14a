package eus.bakq.cli;

import eus.bakq.relyingparty.v1.DigestAlgorithm;
import eus.bakq.relyingparty.v1.SignatureFormat;
import eus.bakq.relyingparty.v1.SignatureLevel;
import java.util.Locale;

/** The forms of signatures, as they are typed. */
final class SignatureForms {
  private SignatureForms() {}

  /** Where the signature stands. */
  enum Format {
    PADES(SignatureFormat.SIGNATURE_FORMAT_PADES),
    XADES_ENVELOPED(SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPED),
    XADES_ENVELOPING(SignatureFormat.SIGNATURE_FORMAT_XADES_ENVELOPING),
    XADES_DETACHED(SignatureFormat.SIGNATURE_FORMAT_XADES_DETACHED);

    private final SignatureFormat word;

    Format(SignatureFormat word) {
      this.word = word;
    }

    SignatureFormat word() {
      return word;
    }

    @Override
    public String toString() {
      return typed(name());
    }
  }

  /** How long it can be checked. */
  enum Level {
    B_B(SignatureLevel.SIGNATURE_LEVEL_B_B),
    B_T(SignatureLevel.SIGNATURE_LEVEL_B_T),
    B_LT(SignatureLevel.SIGNATURE_LEVEL_B_LT),
    B_LTA(SignatureLevel.SIGNATURE_LEVEL_B_LTA);

    private final SignatureLevel word;

    Level(SignatureLevel word) {
      this.word = word;
    }

    SignatureLevel word() {
      return word;
    }

    @Override
    public String toString() {
      return typed(name());
    }
  }

  /** Its hash. */
  enum Digest {
    SHA256(DigestAlgorithm.DIGEST_ALGORITHM_SHA256),
    SHA384(DigestAlgorithm.DIGEST_ALGORITHM_SHA384),
    SHA512(DigestAlgorithm.DIGEST_ALGORITHM_SHA512);

    private final DigestAlgorithm word;

    Digest(DigestAlgorithm word) {
      this.word = word;
    }

    DigestAlgorithm word() {
      return word;
    }

    @Override
    public String toString() {
      return typed(name());
    }
  }

  /** What the name of a file ends with that holds such a signature. */
  static String suffix(SignatureFormat format) {
    return switch (format) {
      case SIGNATURE_FORMAT_XADES_ENVELOPED, SIGNATURE_FORMAT_XADES_ENVELOPING -> ".signed.xml";
      case SIGNATURE_FORMAT_XADES_DETACHED -> ".xades.xml";
      // A server of before this format was told signs PDFs only.
      case SIGNATURE_FORMAT_PADES, SIGNATURE_FORMAT_UNSPECIFIED, UNRECOGNIZED -> ".signed.pdf";
    };
  }

  private static String typed(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
