package eus.bakq.demo;

import eus.bakq.demo.v1.Channel;
import eus.bakq.demo.v1.Message;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every secret that a world's phones and mailboxes were sent, and those that its people chose. */
final class Delivered {
  private static final Pattern SECRET =
      Pattern.compile(
          "Code ([0-9]{6,8}) |temporary password is ([^ ]+)\\. |https://bakq\\.example/activate#(\\S+)");

  private Delivered() {}

  static Set<String> secrets(DemoWorld world) throws Exception {
    Set<String> secrets = new LinkedHashSet<>();
    secrets.add(Citizen.PASSWORD);
    secrets.add(Citizen.WRONG_PASSWORD);
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select mobile, email from signer")) {
      while (row.next()) {
        collect(world, Channel.CHANNEL_SMS, row.getString(1), secrets);
        collect(world, Channel.CHANNEL_EMAIL, row.getString(2), secrets);
      }
    }
    return secrets;
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
