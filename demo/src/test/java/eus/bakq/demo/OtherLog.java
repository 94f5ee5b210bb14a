package eus.bakq.demo;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What libraries log by java.util.logging, which goes where the server's own log goes. */
final class OtherLog extends Handler implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");

  private final List<String> lines = new CopyOnWriteArrayList<>();

  private OtherLog() {}

  /** Listens to what is at least an information, as the platform's handler does. */
  static OtherLog listen() {
    OtherLog log = new OtherLog();
    log.setLevel(Level.INFO);
    ROOT.addHandler(log);
    return log;
  }

  /** Logger, message and the kind of what was thrown, of each record. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void publish(LogRecord record) {
    if (isLoggable(record)) {
      lines.add(record.getLoggerName() + ": " + record.getMessage() + ", " + record.getThrown());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
  }
}
