package eus.bakq.demo;

import eus.bakq.contract.v1.Caller;
import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import java.util.List;
import java.util.function.Function;

/** Callers at doors that are not theirs, with certificates that are not good (API-01). */
final class CallerRubbish {
  static final String GROUP = "Callers";

  private static final List<Audience> WITH_CERTIFICATES =
      List.of(Audience.RELYING_PARTY, Audience.REGISTRATION, Audience.AUDITOR);

  private final Cases cases = new Cases(GROUP);

  private CallerRubbish() {}

  static List<RefusedInput> cases() {
    CallerRubbish all = new CallerRubbish();
    for (Audience door : WITH_CERTIFICATES) {
      all.at(door, "no certificate", "gRPC UNAVAILABLE", w -> w.channelWithoutCertificate(door));
      all.by(
          door, "a certificate of another authority", w -> Pki.create("doors").client(name(door)));
      all.by(
          door,
          "a certificate signed by itself, with the right name",
          w -> Pki.create(name(door)).authority());
      all.by(
          door, "a certificate that has expired", w -> w.files().pki().expiredClient(name(door)));
      all.by(
          door,
          "a certificate that is not valid yet",
          w -> w.files().pki().notYetValidClient(name(door)));
      all.by(door, "the certificate of a server", w -> w.files().pki().server());
      all.at(
          door,
          "a new certificate of the right name and authority, not registered",
          "CALLER_UNKNOWN",
          w -> w.channel(door, w.files().pki().client(name(door))));
      for (Audience other : WITH_CERTIFICATES) {
        if (other != door) {
          all.at(
              door,
              "the certificate of one of " + other,
              "CALLER_NOT_ALLOWED",
              w -> w.channel(door, name(other)));
        }
      }
    }
    for (Audience door : Audience.values()) {
      all.otherServices(door);
    }
    return all.cases.list();
  }

  private void by(Audience door, String what, Function<DemoWorld, PkiIdentity> identity) {
    at(door, what, "gRPC UNAVAILABLE", world -> world.channel(door, identity.apply(world)));
  }

  private void at(Audience door, String what, String answer, Function<DemoWorld, Channel> channel) {
    String call =
        Calls.names().stream()
            .filter(name -> doorOf(Calls.caller(name)) == door)
            .findFirst()
            .orElseThrow();
    cases.add(
        call,
        what,
        answer,
        situations ->
            RawCall.of(
                channel.apply(situations.world()), Calls.method(call), List.of(new byte[0])));
  }

  /** A call of another audience, by whom the door is for. */
  private void otherServices(Audience door) {
    for (String call : Calls.names()) {
      if (doorOf(Calls.caller(call)) != door && isFirst(call)) {
        cases.add(
            call,
            "a call of another audience, at the door of " + door,
            "gRPC UNIMPLEMENTED",
            situations ->
                RawCall.of(
                    door == Audience.SIGNER
                        ? situations.world().signerChannel()
                        : situations.world().channel(door, name(door)),
                    Calls.method(call),
                    List.of(new byte[0])));
      }
    }
  }

  /** One call of each service will do. */
  private static boolean isFirst(String call) {
    String service = call.substring(0, call.indexOf('/') + 1);
    return Calls.names().stream()
        .filter(name -> name.startsWith(service))
        .findFirst()
        .orElseThrow()
        .equals(call);
  }

  private static String name(Audience door) {
    return switch (door) {
      case RELYING_PARTY -> DemoWorld.SEDE_A;
      case REGISTRATION -> DemoWorld.OFFICER;
      case AUDITOR -> DemoWorld.AUDITOR;
      case SIGNER -> throw new IllegalArgumentException("asks for no certificate");
    };
  }

  private static Audience doorOf(Caller caller) {
    return switch (caller) {
      case CALLER_SEDE -> Audience.RELYING_PARTY;
      case CALLER_REGISTRATION_OFFICER -> Audience.REGISTRATION;
      case CALLER_SIGNER -> Audience.SIGNER;
      case CALLER_AUDITOR -> Audience.AUDITOR;
      case CALLER_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("nobody");
    };
  }
}
