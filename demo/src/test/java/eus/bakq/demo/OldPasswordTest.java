package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The database's administrator, who has a backup of before a change of password, and knows the
 * password of then; the citizen's phone is in his hand, too.
 */
@ExtendWith(InDemoWorld.class)
class OldPasswordTest {
  private final DemoWorld world;

  OldPasswordTest(DemoWorld world) {
    this.world = world;
  }

  @Test
  @DisplayName(
      "KEY-10, database administrator × sign with the citizen's key: an old backup with the old"
          + " password signs nothing, makes no new key, and is recorded")
  void anOldBackupWithTheOldPassword() throws Exception {
    Citizen citizen = world.activeCitizen();
    String old = oldCredential(citizen);
    RowBackup before = RowBackup.of(world, "old", citizen);
    citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);
    RowBackup after = RowBackup.of(world, "present", citizen);

    before.putBack();
    SignatureRequest request = refusedWithTheOldPassword(citizen);
    after.putBack();

    assertThat(world.audit().lines(request.getId()))
        .contains("SAD_REJECTED REFUSED KEY_DIFFERS")
        .doesNotContain("SIGNATURE_AUTHORISED SUCCEEDED", "SIGNATURE_CREATED SUCCEEDED");
    assertThat(refusalsOfChanges(citizen)).containsExactly("SET_BACK");
    assertThat(Eventually.is(() -> !world.audit().counted(old).isEmpty()))
        .as("ROW_ALTERED is in the record")
        .isTrue();
    assertThat(citizen.sign(request, Citizen.NEW_PASSWORD)).isOne();
  }

  @Test
  @DisplayName(
      "KEY-06, database administrator × sign with the citizen's key: the old password's row put back"
          + " opens nothing, changes nothing, and is recorded")
  void theRowOfTheOldPassword() throws Exception {
    Citizen citizen = world.activeCitizen();
    Map<String, String> row = Map.of("password", "signer_id = '" + citizen.signerId() + "'");
    RowBackup before = RowBackup.of(world, "old_row", row);
    citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);
    RowBackup after = RowBackup.of(world, "present_row", row);

    before.putBack();
    SignatureRequest request = refusedWithTheOldPassword(citizen);
    after.putBack();

    assertThat(world.audit().lines(request.getId())).doesNotContain("SIGNATURE_CREATED SUCCEEDED");
    assertThat(refusalsOfChanges(citizen)).containsExactly("ANOTHER_PASSWORD");
    assertThat(citizen.sign(request, Citizen.NEW_PASSWORD)).isOne();
  }

  /** With the old password neither a request is signed, which is returned, nor another one set. */
  private SignatureRequest refusedWithTheOldPassword(Citizen citizen) {
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    Authorising signing = citizen.challenged(request, Citizen.PASSWORD);
    assertThat(Refused.by(() -> signing.submitCode(citizen.nextCode())).reason())
        .isEqualTo("ACTIVATION_REFUSED");
    Changing changing = citizen.changing(Citizen.PASSWORD);
    assertThat(
            Refused.by(() -> changing.change(citizen.nextCode(), Citizen.WRONG_PASSWORD)).reason())
        .isEqualTo("PASSWORD_NOT_CHANGED");
    return request;
  }

  /** The reasons for which the record says that changes by this citizen were refused. */
  private List<String> refusalsOfChanges(Citizen citizen) {
    return world.audit().of("").stream()
        .filter(record -> record.getType().equals("PASSWORD_CHANGE_REFUSED"))
        .filter(record -> record.getActor().equals(citizen.signerId()))
        .map(AuditRecord::getReason)
        .toList();
  }

  private String oldCredential(Citizen citizen) throws Exception {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select id::text from credential where signer_id = '" + citizen.signerId() + "'")) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
