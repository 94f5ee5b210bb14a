package eus.bakq.server.notification;

/** How a message leaves. */
public enum Channel {
  SMS,
  EMAIL
}
