package eus.bakq.demo;

import eus.bakq.demo.v1.ListMessagesRequest;
import eus.bakq.demo.v1.Message;
import eus.bakq.demo.v1.MessageServiceGrpc;
import eus.bakq.fixtures.Documents;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A server, or several over one database, and everybody who knocks on its doors. Safe for several
 * threads.
 */
interface World {
  WorldFiles files();

  /** The door of {@code audience} as {@code caller} reaches it, with that caller's certificate. */
  Channel channel(Audience audience, String caller);

  /** The door of citizens' programs, which asks for no certificate. */
  Channel signerChannel();

  /** What came to {@code recipient}, newest first. */
  default List<Message> messages(eus.bakq.demo.v1.Channel channel, String recipient) {
    return messages(signerChannel(), channel, recipient);
  }

  /** What one server has delivered to {@code recipient}, newest first. */
  static List<Message> messages(Channel door, eus.bakq.demo.v1.Channel channel, String recipient) {
    return MessageServiceGrpc.newBlockingStub(door)
        .listMessages(
            ListMessagesRequest.newBuilder()
                .setChannel(channel)
                .setRecipient(recipient)
                .setPageSize(100)
                .build())
        .getMessagesList();
  }

  default Sede sede(String name) {
    return new Sede(channel(Audience.RELYING_PARTY, name));
  }

  default Officer officer() {
    return new Officer(channel(Audience.REGISTRATION, WorldFiles.OFFICER));
  }

  default AuditTail audit() {
    return new AuditTail(channel(Audience.AUDITOR, WorldFiles.AUDITOR));
  }

  /** Somebody new, registered and active. */
  default Citizen activeCitizen() {
    Citizen citizen = registeredCitizen();
    citizen.activate();
    return citizen;
  }

  /** Somebody new, who has the activation link in the mailbox. */
  default Citizen registeredCitizen() {
    Citizen citizen = newCitizen();
    citizen.register(officer());
    return citizen;
  }

  /** Somebody of whom the server knows nothing. */
  default Citizen newCitizen() {
    return new Citizen(this, files().newDni());
  }

  /** Waits until a call that needs the time is served, and health says so. */
  default void awaitServing() throws Exception {
    if (!Eventually.is(this::asks)
        || !Eventually.is(() -> health(Audience.SIGNER) == ServingStatus.SERVING)) {
      throw new AssertionError("the server does not serve");
    }
  }

  private boolean asks() {
    try {
      Sede sede = sede(WorldFiles.SEDE_B);
      sede.cancel(sede.ask(Documents.form()).getId());
      return true;
    } catch (StatusRuntimeException e) {
      if (!Refused.of(e).reason().equals("TEMPORARILY_UNAVAILABLE")) {
        throw e;
      }
      return false;
    }
  }

  /** What health says of the door of {@code audience}. */
  default ServingStatus health(Audience audience) {
    Channel door =
        switch (audience) {
          case RELYING_PARTY -> channel(audience, WorldFiles.SEDE_A);
          case REGISTRATION -> channel(audience, WorldFiles.OFFICER);
          case SIGNER -> signerChannel();
          case AUDITOR -> channel(audience, WorldFiles.AUDITOR);
        };
    return HealthGrpc.newBlockingStub(door)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  default DemoTokens tokens() {
    return files().tokens();
  }

  /** The database, as somebody who may do everything in it; the schema is set. */
  default Connection superuser() throws SQLException {
    return files().superuser();
  }

  /** What one statement counts, as the superuser. */
  default long count(String sql) throws SQLException {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Runs one statement as a superuser who lets no trigger stand in the way. */
  default int tamper(String sql) throws SQLException {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("set session_replication_role = replica");
      return statement.executeUpdate(sql);
    }
  }
}
