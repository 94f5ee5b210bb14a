package eus.bakq.demo;

import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;

/** A request that nobody signs, and a watch on it that lives through everything. */
record SignatureWaiting(Sede sede, SignatureRequest request, Watching watching) {
  static SignatureWaiting begin(World world) {
    Sede sede = world.sede(WorldFiles.SEDE_B);
    SignatureRequest request = sede.ask(eus.bakq.fixtures.Documents.form());
    Watching watching = sede.watch(request.getId());
    watching.next();
    return new SignatureWaiting(sede, request, watching);
  }

  /** Cancels; the watch says so, and nothing else. */
  void end() {
    sede.cancel(request.getId());
    if (watching.next().getState() != SignatureRequestState.SIGNATURE_REQUEST_STATE_CANCELLED) {
      throw new AssertionError("the watch has told what was not");
    }
    watching.awaitEnd();
  }
}
