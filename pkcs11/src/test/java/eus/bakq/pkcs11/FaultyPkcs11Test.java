package eus.bakq.pkcs11;

import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE_LEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The module that fails on order does so, and otherwise is the one below. */
class FaultyPkcs11Test {
  private static final long LONG = 30;

  private FaultyPkcs11 faulty;
  private Pkcs11Module module;
  private TestToken token;

  @BeforeEach
  void load() throws Exception {
    token = TestToken.named("faulty");
    faulty = FaultyPkcs11.shared();
    module = Pkcs11Module.open(faulty.library());
  }

  @AfterEach
  void forget() {
    faulty.forgetOrders();
  }

  @Test
  void passesEverythingOn() throws Exception {
    assertThat(faulty.isLoaded()).isTrue();
    assertThat(module.describe()).isEqualTo(token.module().describe());
    assertThat(module.tokens()).isEqualTo(token.module().tokens());
    long before = faulty.calls("C_GenerateRandom");
    try (Pkcs11Session session = module.openSession(token.slot())) {
      assertThat(session.random(16)).hasSize(16);
    }
    assertThat(faulty.calls("C_GenerateRandom")).isEqualTo(before + 1);
  }

  @Test
  void failsAtTheCallThatWasOrderedAndAtNoOther() throws Exception {
    try (Pkcs11Session session = module.openSession(token.slot())) {
      FaultyPkcs11.Order order =
          faulty
              .order("C_GenerateRandom", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_ERROR.value())
              .atSlot(token.slot())
              .atCall(2)
              .times(2)
              .give();
      session.random(1);
      for (int call = 0; call < 2; call++) {
        assertThatThrownBy(() -> session.random(1))
            .isInstanceOfSatisfying(
                Pkcs11Exception.class, e -> assertThat(e.is(ReturnCode.CKR_DEVICE_ERROR)).isTrue());
      }
      session.random(1);
      assertThat(order.met()).isEqualTo(2);
      faulty
          .order("C_GenerateRandom", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_ERROR.value())
          .atSlot(token.slot() + 1)
          .give();
      session.random(1);
    }
  }

  @Test
  void countsSessionsAndWhatLivesInThem() throws Exception {
    long sessions = faulty.openSessions();
    long objects = faulty.objects();
    Template key = Template.empty().with(CKA_TOKEN, false).with(CKA_VALUE_LEN, 32);
    try (Pkcs11Session session = module.openSession(token.slot())) {
      session.login(TestToken.pin());
      assertThat(faulty.openSessions()).isEqualTo(sessions + 1);
      ObjectHandle first = session.generateKey(Mechanism.of(Constant.CKM_AES_KEY_GEN), key);
      session.generateKey(Mechanism.of(Constant.CKM_AES_KEY_GEN), key);
      assertThat(faulty.objects()).isEqualTo(objects + 2);
      session.destroy(first);
      assertThat(faulty.objects()).isEqualTo(objects + 1);
      faulty
          .order("C_GenerateKey", Fault.FAIL_AFTER, ReturnCode.CKR_FUNCTION_FAILED.value())
          .give();
      assertThatThrownBy(() -> session.generateKey(Mechanism.of(Constant.CKM_AES_KEY_GEN), key))
          .isInstanceOf(Pkcs11Exception.class);
      assertThat(faulty.objects()).isEqualTo(objects + 2);
    }
    assertThat(faulty.openSessions()).isEqualTo(sessions);
    assertThat(faulty.objects()).isEqualTo(objects);
  }

  @Test
  void holdsACallUntilItIsLetGo() throws Exception {
    try (Pkcs11Session session = module.openSession(token.slot());
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      FaultyPkcs11.Order order =
          faulty.order("C_GenerateRandom", Fault.HOLD_AFTER, 0).atSlot(token.slot()).give();
      Future<byte[]> held = thread.submit(() -> session.random(8));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG);
      while (order.held() == 0 && System.nanoTime() - end < 0) {
        Thread.sleep(5);
      }
      assertThat(order.held()).isEqualTo(1);
      assertThat(held.isDone()).isFalse();
      order.end();
      assertThat(held.get(LONG, TimeUnit.SECONDS)).hasSize(8);
    }
  }
}
