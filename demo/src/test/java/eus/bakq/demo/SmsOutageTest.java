package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.v1.Message;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The SMS centre is away for a while. */
class SmsOutageTest {
  private static final String QUICK =
      """
      messages: {pollInterval: PT0.1S, firstPause: PT0.1S, longestPause: PT0.2S}
      """;

  @Test
  @DisplayName(
      "OTP-19: an outage of SMS blocks neither e-mail nor record nor anybody who has a code, and no"
          + " code goes by e-mail instead")
  void blocksNothingElse() throws Exception {
    UnreliableSms sms = new UnreliableSms();
    try (DemoWorld world =
        DemoWorld.start(
            WorldFiles.make(),
            WorldFiles.Settings.usual().levels(WorldFiles.Levels.B_B).further(QUICK),
            sms)) {
      Sede sede = world.sede(WorldFiles.SEDE_A);
      Citizen hasCode = world.activeCitizen();
      Citizen waits = world.activeCitizen();
      SignatureRequest first = sede.ask(Documents.form());
      SignatureRequest second = sede.ask(Documents.form());
      Authorising quick = hasCode.challenged(first);
      String code = hasCode.nextCode();

      sms.goAway();
      Authorising slow = waits.challenged(second); // answered as ever
      assertThat(Eventually.is(() -> sms.refused() > 2)).isTrue();
      assertThat(quick.submitCode(code)).isEqualTo(1);
      assertThat(sede.fetchCompleted(first.getId(), 0)).isNotEmpty();
      Citizen registered = world.registeredCitizen();
      assertThat(registered.linkToken()).isNotEmpty();
      assertThat(world.audit().verify().getFirstBadSequence()).isZero();
      assertThat(
              world.count(
                  "select count(*) from audit_record where type = 'MESSAGE_DELIVERED'"
                      + " and details ->> 'channel' = 'EMAIL' and details ->> 'signer' = '"
                      + registered.signerId()
                      + "'"))
          .isEqualTo(1);
      assertThat(waits.unreadSms()).isZero();

      sms.comeBack();
      String late = waits.nextCode();
      assertThat(waits.mails()).extracting(Message::getText).noneMatch(t -> t.contains(late));
      assertThat(slow.submitCode(late)).isEqualTo(1);
      new WorldInvariants(world).require();
      world.conformance().requireNoViolation();
    }
  }
}
