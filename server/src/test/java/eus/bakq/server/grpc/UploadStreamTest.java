package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.relyingparty.v1.UploadDocumentRequest;
import eus.bakq.relyingparty.v1.UploadDocumentResponse;
import eus.bakq.relyingparty.v1.UploadHeader;
import eus.bakq.server.caller.CallerPlaces;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signing.UploadDocument.Announced;
import eus.bakq.server.signing.UploadDocument.Uploaded;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class UploadStreamTest {
  private static final CallerName SEDE = new CallerName("sede");

  private final Call call = new Call();
  private final CallerPlaces places = new CallerPlaces(1, 1);

  @Test
  @Timeout(60)
  @DisplayName("API-07: the clock of all streams ends an upload whose database does not answer")
  void isEndedWhileItWaitsForTheDatabase() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    try (StreamClock clock = new StreamClock()) {
      UploadStream stream =
          UploadStream.begin(
              call, new Slow(answered), places.take(SEDE), clock, Duration.ofMillis(50));
      Thread sender = Thread.ofVirtual().start(() -> stream.onNext(header()));

      // The clock is free: it tells the caller, and serves others.
      assertThat(call.over.await(30, TimeUnit.SECONDS)).isTrue();
      CountDownLatch other = new CountDownLatch(1);
      var _ = clock.limit(Duration.ZERO, _ -> other.countDown());
      assertThat(other.await(30, TimeUnit.SECONDS)).isTrue();
      places.take(SEDE).close();

      answered.countDown();
      sender.join();
      stream.onNext(chunk());
      stream.onCompleted();
    }
    assertThat(call.seen).containsExactly("STREAM_TOO_SLOW");
    assertThat(call.requested).containsExactly(1);
  }

  private static UploadDocumentRequest header() {
    return UploadDocumentRequest.newBuilder()
        .setHeader(
            UploadHeader.newBuilder().setSize(3).setSha256(ByteString.copyFrom(new byte[32])))
        .build();
  }

  private static UploadDocumentRequest chunk() {
    return UploadDocumentRequest.newBuilder().setChunk(ByteString.copyFromUtf8("abc")).build();
  }

  /** A database that answers when a test lets it. */
  private record Slow(CountDownLatch answered) implements UploadStream.Destination {
    @Override
    public void requireRoom(Announced announced) throws RefusedException {
      try {
        assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Uploaded keep(Announced announced, Bytes content) {
      throw new AssertionError("nothing is kept of an upload that was ended");
    }
  }

  private static final class Call extends ServerCallStreamObserver<UploadDocumentResponse> {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<Integer> requested = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    @Override
    public void onNext(UploadDocumentResponse value) {
      seen.add("uploaded");
    }

    @Override
    public void onError(Throwable failure) {
      seen.add(Errors.reason(failure));
      over.countDown();
    }

    @Override
    public void onCompleted() {
      seen.add("completed");
    }

    @Override
    public void request(int count) {
      requested.add(count);
    }

    @Override
    public void disableAutoRequest() {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setCompression(String compression) {
      throw new AssertionError("an upload does not ask for this");
    }

    @Override
    public void setMessageCompression(boolean enable) {
      throw new AssertionError("an upload does not ask for this");
    }
  }
}
