package eus.bakq.server.caller;

/**
 * The bounds of one caller.
 *
 * @param callsPerMinute of calls that change something; 1 to 100,000; twenty times as many of any
 *     kind
 * @param documentsPerRequest 1 to 500 ({@code multisign} of CSC)
 * @param openRequests signature requests that may be open at once; 1 to 1,000,000
 */
public record CallerQuotas(int callsPerMinute, int documentsPerRequest, int openRequests) {
  public CallerQuotas {
    if (callsPerMinute < 1 || callsPerMinute > 100_000) {
      throw new IllegalArgumentException("callsPerMinute is 1 to 100000");
    }
    if (documentsPerRequest < 1 || documentsPerRequest > 500) {
      throw new IllegalArgumentException("documentsPerRequest is 1 to 500");
    }
    if (openRequests < 1 || openRequests > 1_000_000) {
      throw new IllegalArgumentException("openRequests is 1 to 1000000");
    }
  }
}
