/**
 * SMS and e-mail, through an outbox of references that survives a crash. In come {@link
 * eus.bakq.server.notification.OutgoingMessage}s, in the transaction of what causes them; out go
 * messages through a {@link eus.bakq.server.notification.MessageTransport}. Texts, which hold codes
 * and links, are composed at the moment of sending and stored nowhere. Each message is sent at
 * least once before it expires, or the record says that it was not: a crash between handing over
 * and marking sends it again. The transport is trusted with the text, and with nothing else.
 */
package eus.bakq.server.notification;
