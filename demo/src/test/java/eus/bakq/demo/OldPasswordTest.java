package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.sql.Connection;
import java.sql.Statement;
import java.util.LinkedHashMap;
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
    String signer = "'" + citizen.signerId() + "'";
    String old = oldCredential(signer);
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("signer", "id = " + signer);
    rows.put("password", "signer_id = " + signer);
    rows.put("credential", "signer_id = " + signer);
    rows.put("certificate_register", "credential_id = '" + old + "'");
    RowBackup before = RowBackup.of(world, "old", rows);
    citizen.changePassword(Citizen.PASSWORD, Citizen.NEW_PASSWORD);
    RowBackup after = RowBackup.of(world, "present", rows);

    before.putBack();
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    Authorising signing = citizen.challenged(request, Citizen.PASSWORD);
    Refused signature = Refused.by(() -> signing.submitCode(citizen.nextCode()));
    Changing changing = citizen.changing(Citizen.PASSWORD);
    Refused change = Refused.by(() -> changing.change(citizen.nextCode(), Citizen.WRONG_PASSWORD));
    after.putBack();

    assertThat(signature.reason()).isEqualTo("ACTIVATION_REFUSED");
    assertThat(world.audit().lines(request.getId()))
        .contains("SAD_REJECTED REFUSED KEY_DIFFERS")
        .doesNotContain("SIGNATURE_AUTHORISED SUCCEEDED", "SIGNATURE_CREATED SUCCEEDED");
    assertThat(change.reason()).isEqualTo("PASSWORD_NOT_CHANGED");
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
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(Documents.form());
    Authorising signing = citizen.challenged(request, Citizen.PASSWORD);
    Refused signature = Refused.by(() -> signing.submitCode(citizen.nextCode()));
    Changing changing = citizen.changing(Citizen.PASSWORD);
    Refused change = Refused.by(() -> changing.change(citizen.nextCode(), Citizen.WRONG_PASSWORD));
    after.putBack();

    assertThat(signature.reason()).isEqualTo("ACTIVATION_REFUSED");
    assertThat(world.audit().lines(request.getId())).doesNotContain("SIGNATURE_CREATED SUCCEEDED");
    assertThat(change.reason()).isEqualTo("PASSWORD_NOT_CHANGED");
    assertThat(refusalsOfChanges(citizen)).containsExactly("ANOTHER_PASSWORD");
    assertThat(citizen.sign(request, Citizen.NEW_PASSWORD)).isOne();
  }

  /** The reasons for which the record says that changes by this citizen were refused. */
  private List<String> refusalsOfChanges(Citizen citizen) {
    return world.audit().of("").stream()
        .filter(record -> record.getType().equals("PASSWORD_CHANGE_REFUSED"))
        .filter(record -> record.getActor().equals(citizen.signerId()))
        .map(AuditRecord::getReason)
        .toList();
  }

  private String oldCredential(String signer) throws Exception {
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery("select id::text from credential where signer_id = " + signer)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
