package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.demo.search.SecretForms;
import eus.bakq.demo.v1.Channel;
import eus.bakq.demo.v1.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every secret of a world: what its phones and mailboxes were sent, what its people chose, the
 * tickets and device cookies that their programs were given, and the PINs.
 */
final class Delivered {
  private static final Pattern SECRET =
      Pattern.compile(
          "Code ([0-9]{6,8}) |temporary password is ([^ ]+)\\. |https://bakq\\.example/activate#(\\S+)");

  private Delivered() {}

  /** Each in the forms in which programs write secrets, by what it is. */
  static SecretForms secrets(DemoWorld world) throws Exception {
    SecretForms secrets = new SecretForms();
    secrets.text("password", Citizen.PASSWORD);
    secrets.text("wrong password", Citizen.WRONG_PASSWORD);
    secrets.text("new password", Citizen.NEW_PASSWORD);
    for (String role : List.of("custody", "authority", "record")) {
      secrets.text(
          "PIN of " + role,
          Files.readString(world.tokens().pinFile(role), StandardCharsets.UTF_8).strip());
    }
    for (String sent : sent(world)) {
      secrets.text("sent: " + sent, sent);
    }
    int number = 0;
    for (ByteString ticket : world.tickets().given()) {
      secrets.bytes("ticket or device " + ++number, ticket.toByteArray());
    }
    return secrets;
  }

  private static Set<String> sent(DemoWorld world) throws Exception {
    Set<String> sent = new LinkedHashSet<>();
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select mobile, email from signer")) {
      while (row.next()) {
        collect(world, Channel.CHANNEL_SMS, row.getString(1), sent);
        collect(world, Channel.CHANNEL_EMAIL, row.getString(2), sent);
      }
    }
    return sent;
  }

  private static void collect(
      DemoWorld world, Channel channel, String recipient, Set<String> secrets) {
    for (Message message : world.messages(channel, recipient)) {
      Matcher matcher = SECRET.matcher(message.getText());
      while (matcher.find()) {
        for (int i = 1; i <= matcher.groupCount(); i++) {
          if (matcher.group(i) != null) {
            secrets.add(matcher.group(i));
          }
        }
      }
    }
  }
}
