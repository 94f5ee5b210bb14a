package eus.bakq.cli;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import eus.bakq.contract.v1.Reason;
import eus.bakq.signer.v1.Proof;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.UUID;

/**
 * A server in this process, with the services that a test gives it, and a command run against it.
 */
final class FakeServer implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;

  private FakeServer(Server server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  static FakeServer serving(BindableService... services) throws IOException {
    String name = UUID.randomUUID().toString();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
    for (BindableService service : services) {
      builder.addService(service);
    }
    return new FakeServer(
        builder.build().start(), InProcessChannelBuilder.forName(name).directExecutor().build());
  }

  /** What a command did. */
  record Result(int exitCode, String out, String err) {}

  /** Runs a command whose standard input is {@code input}. */
  Result run(String input, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new StreamTerminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out, true),
            new PrintWriter(err, true));
    int exitCode = Bakq.run(terminal, connection -> new OneChannel(), arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }

  private final class OneChannel implements Channels {
    @Override
    public Channel to(Door door) {
      return channel;
    }

    @Override
    public void close() {}
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  /** An end of a call as the real server makes it. */
  static StatusRuntimeException refusal(Code code, Reason reason) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(reason.name().substring("REASON_".length()))
                        .setDomain("bakq.eus")
                        .putMetadata("correlation_id", "ab".repeat(16))
                        .build()))
            .build());
  }

  /** Fails unless a proof is one by the key that opened the interaction, as the contract says. */
  static void requireProof(
      byte[] programKey, Proof proof, String method, String interactionId, byte[] ticket) {
    try {
      if (!isProof(programKey, proof, method, interactionId, ticket)) {
        throw new AssertionError("no proof at " + method);
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isProof(
      byte[] programKey, Proof proof, String method, String interactionId, byte[] ticket)
      throws GeneralSecurityException {
    String ticketHash =
        ticket.length == 0
            ? "-"
            : HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ticket));
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(programKey)));
    verifier.update(
        ("bakq/proof/v1\n"
                + method
                + "\n"
                + interactionId
                + "\n"
                + ticketHash
                + "\n"
                + proof.getMadeAtSeconds()
                + "\n")
            .getBytes(StandardCharsets.UTF_8));
    return verifier.verify(proof.getSignature().toByteArray());
  }
}
