package eus.bakq.demo;

import eus.bakq.demo.v1.Message;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A citizen with a phone, a mailbox and a password. Each message is read once: asking for the next
 * one waits for one that was not read before. For one thread.
 */
final class Citizen {
  static final String PASSWORD = "euria barik, eguzkia bai";
  static final String WRONG_PASSWORD = "eguzkirik ez, euria bai";

  /** What {@link #PASSWORD} is changed to. */
  static final String NEW_PASSWORD = "ibaia zabal, zubia estu";

  private static final String ACTIVATE = "Activate your BakQ";
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final Pattern CODE = Pattern.compile("Code ([0-9]{6,8}) ");
  private static final Pattern TEMPORARY = Pattern.compile("temporary password is ([^ ]+)\\. ");
  private static final Pattern LINK = Pattern.compile("https://bakq\\.example/activate#(\\S+)");

  private final World world;
  private final String dni;
  private String signerId = "";
  private int smsRead;

  Citizen(World world, String dni) {
    this.world = world;
    this.dni = dni;
  }

  /** The same person before another server, from which nothing has come yet. */
  Citizen at(World other) {
    Citizen same = new Citizen(other, dni);
    same.signerId = signerId;
    return same;
  }

  String dni() {
    return dni;
  }

  String mobile() {
    return "+346" + dni.substring(0, 8);
  }

  String email() {
    return "ane." + dni.substring(0, 8) + "@example.eus";
  }

  /** The signer's id, once registered. */
  String signerId() {
    return signerId;
  }

  void register(Officer officer) {
    register(officer, Officer.registration(this));
  }

  /** With a request that may have been sent before. */
  void register(Officer officer, RegisterSignerRequest request) {
    signerId = officer.register(request);
  }

  /** Takes all steps from the link in the mailbox to the certificate. */
  Activating activate() {
    Activating activating = activateUpToCode();
    activating.submitCode(nextCode());
    return activating;
  }

  /** Takes all steps from the link in the mailbox until the code is asked for. */
  Activating activateUpToCode() {
    Activating activating = openLink();
    activating.setPassword(nextTemporaryPassword(), PASSWORD);
    activating.confirm(Officer.DOCUMENT_EXPIRY);
    activating.acceptTerms();
    activating.submitPassword(dni, PASSWORD);
    return activating;
  }

  /** Takes all steps again, with the link that an officer has had sent anew. */
  void activateAnew(Officer officer) {
    int before = links();
    officer.renew(this);
    await(this::mails, received -> links() > before);
    activate();
  }

  private int links() {
    return (int) mails().stream().filter(mail -> mail.getSubject().equals(ACTIVATE)).count();
  }

  /** Opens the newest link in the mailbox. */
  Activating openLink() {
    return Activating.open(world.signerChannel(), linkToken());
  }

  /** All links to activate that have come, newest first. */
  List<String> linkTokens() {
    return mails().stream()
        .filter(mail -> mail.getSubject().equals(ACTIVATE))
        .map(mail -> found(LINK, mail.getText()))
        .toList();
  }

  String linkToken() {
    return found(LINK, mailWith(ACTIVATE).getText());
  }

  /** Opens the authorisation address of {@code request}. */
  Authorising open(SignatureRequest request) {
    return Authorising.open(world.signerChannel(), request.getAuthorisationAddress());
  }

  /** Opens, and gives the right password. */
  Authorising challenged(SignatureRequest request) {
    return challenged(request, PASSWORD);
  }

  /** Opens, and gives {@code password}. */
  Authorising challenged(SignatureRequest request, String password) {
    Authorising authorising = open(request);
    authorising.submitPassword(dni, password);
    return authorising;
  }

  /** Signs {@code request} with {@code password} and the code. */
  int sign(SignatureRequest request, String password) {
    return challenged(request, password).submitCode(nextCode());
  }

  /** Opens a change of password, and gives {@code old}. */
  Changing changing(String old) {
    Changing changing = Changing.open(world.signerChannel());
    changing.submitOld(dni, old);
    return changing;
  }

  /** Changes the password: old one, code, new one. */
  Changing changePassword(String old, String chosen) {
    Changing changing = changing(old);
    changing.change(nextCode(), chosen);
    return changing;
  }

  /** Signs {@code request}: password, code. */
  int sign(SignatureRequest request) {
    return challenged(request).submitCode(nextCode());
  }

  /** Waits for the SMS with a code that was not read yet. */
  String nextCode() {
    return found(CODE, nextSms());
  }

  String nextTemporaryPassword() {
    return found(TEMPORARY, nextSms());
  }

  private String nextSms() {
    List<Message> received =
        await(() -> messages(eus.bakq.demo.v1.Channel.CHANNEL_SMS, mobile()), this::hasUnread);
    smsRead++;
    return received.get(received.size() - smsRead).getText();
  }

  private boolean hasUnread(List<Message> received) {
    return received.size() > smsRead;
  }

  /** The texts of all SMS that have come, newest first. */
  List<String> smsTexts() {
    return messages(eus.bakq.demo.v1.Channel.CHANNEL_SMS, mobile()).stream()
        .map(Message::getText)
        .toList();
  }

  static String codeIn(String sms) {
    return found(CODE, sms);
  }

  static String temporaryPasswordIn(String sms) {
    return found(TEMPORARY, sms);
  }

  /** Throws away what was not read. */
  void forgetSms() {
    smsRead = messages(eus.bakq.demo.v1.Channel.CHANNEL_SMS, mobile()).size();
  }

  /** How many SMS have come that were not read. */
  int unreadSms() {
    return messages(eus.bakq.demo.v1.Channel.CHANNEL_SMS, mobile()).size() - smsRead;
  }

  /** Waits for an e-mail with {@code subject}; the newest one. */
  Message mailWith(String subject) {
    return await(
            () -> mails().stream().filter(mail -> mail.getSubject().equals(subject)).toList(),
            found -> !found.isEmpty())
        .getFirst();
  }

  /** The e-mails, newest first. */
  List<Message> mails() {
    return messages(eus.bakq.demo.v1.Channel.CHANNEL_EMAIL, email());
  }

  /** All that came by SMS or e-mail. */
  List<Message> messages() {
    return java.util.stream.Stream.concat(
            mails().stream(), messages(eus.bakq.demo.v1.Channel.CHANNEL_SMS, mobile()).stream())
        .toList();
  }

  private List<Message> messages(eus.bakq.demo.v1.Channel channel, String recipient) {
    return world.messages(channel, recipient);
  }

  private static List<Message> await(
      java.util.function.Supplier<List<Message>> read, Predicate<List<Message>> enough) {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (System.nanoTime() - end < 0) {
      List<Message> received = read.get();
      if (enough.test(received)) {
        return received;
      }
      try {
        Thread.sleep(Duration.ofMillis(20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    throw new AssertionError("the message did not come");
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("another message: " + text);
    }
    return matcher.group(1);
  }
}
