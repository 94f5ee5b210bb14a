package eus.bakq.server.signing;

/**
 * Who wants to know how a request goes. Called by one thread at a time, with other watchers waiting
 * behind it: each method returns at once, and throws nothing.
 */
public interface RequestWatcher {
  /** The request is like this now. */
  void changed(SignatureRequestView view);

  /** Nothing more will be told: the request has ended, or the watch has lasted long enough. */
  void ended();

  /** Nothing more will be told, because of {@code failure}. */
  void failed(RuntimeException failure);
}
