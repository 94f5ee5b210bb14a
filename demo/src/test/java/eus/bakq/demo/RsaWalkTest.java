package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.validation.ValidationOutcome;
import java.security.interfaces.RSAPublicKey;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same walk with RSA keys of 3072 bits, by configuration (KEY-02). */
class RsaWalkTest {
  @ParameterizedTest
  @ValueSource(strings = {"RSA_3072_PSS", "RSA_3072_PKCS1"})
  void signsWithRsaByConfiguration(String signature) throws Exception {
    try (DemoWorld world =
        DemoWorld.start(
            6, "citizenKeys: {algorithm: RSA_3072, rsaSignature: %s}\n".formatted(signature))) {
      Sede sede = world.sede(DemoWorld.SEDE_A);
      SignatureRequest request = sede.ask(Documents.form());

      world.activeCitizen().sign(request);

      byte[] signed = sede.fetch(request.getId(), 0);
      assertThat(Pdfsig.judge(signed)).contains("Signature is Valid.", "Total document signed");
      ValidationOutcome outcome = world.outsider().validate(signed);
      assertThat(outcome.indication()).isEqualTo("TOTAL_PASSED");
      assertThat(outcome.signerCertificate().orElseThrow().getPublicKey())
          .isInstanceOfSatisfying(
              RSAPublicKey.class, key -> assertThat(key.getModulus().bitLength()).isEqualTo(3072));
      assertThat(world.audit().of(request.getId()))
          .filteredOn(record -> record.getType().equals("SIGNATURE_CREATED"))
          .singleElement()
          .satisfies(
              record ->
                  assertThat(record.getDetailsOrThrow("algorithm"))
                      .isEqualTo(signature + "_SHA256"));
      world.conformance().requireNoViolation();
    }
  }
}
