package eus.bakq.hsmconfig;

import java.util.List;

/**
 * One token and the keys that it must hold, and no others.
 *
 * @param role {@code custody}, {@code authority} or {@code record}
 * @param label carries the profile: {@code bakq-demo-…} for demo, never for production
 */
record TokenPlan(String role, String label, List<KeyPlan> keys) {
  TokenPlan {
    keys = List.copyOf(keys);
    if (keys.isEmpty() || keys.stream().map(KeyPlan::id).distinct().count() != keys.size()) {
      throw new IllegalArgumentException("token " + role + ": keys have ids of their own");
    }
  }
}
