package eus.bakq.server.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import eus.bakq.contract.v1.Contract;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;

/**
 * What identifies a caller's wish: its {@code request_id}, and an HMAC over the body without its
 * secret fields, which is all that is kept of the body (docs/sole-control.md section 4). Safe for
 * several threads.
 */
public final class IdempotentWishes {
  private final InfrastructureKeys keys;

  public IdempotentWishes(InfrastructureKeys keys) {
    this.keys = keys;
  }

  /**
   * The identity of {@code request}.
   *
   * @param method the full name of the gRPC method
   */
  IdempotentWish of(String method, UUID requestId, Message request) {
    byte[] input =
        Encoding.of("bakq/request-body/v1")
            .text(method)
            .bytes(sha256(withoutSecrets(request)))
            .toByteArray();
    return new IdempotentWish(requestId, Bytes.copyOf(keys.mac(MacKey.REQUEST_ID, input)));
  }

  private static byte[] sha256(Message message) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      CodedOutputStream out =
          CodedOutputStream.newInstance(
              new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      out.useDeterministicSerialization();
      message.writeTo(out);
      out.flush();
      return digest.digest();
    } catch (NoSuchAlgorithmException | IOException e) {
      throw new IllegalStateException("hashing in memory does not fail", e);
    }
  }

  /** A copy of {@code message} in which every field that the contract calls secret is empty. */
  static Message withoutSecrets(Message message) {
    Message.Builder copy = message.toBuilder();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getOptions().getExtension(Contract.secret)) {
        copy.clearField(field);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        strip(message, copy, field);
      }
    }
    // Bytes that no field of this version names could be secret.
    copy.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    return copy.build();
  }

  private static void strip(Message message, Message.Builder copy, FieldDescriptor field) {
    if (field.isRepeated()) {
      List<Message> stripped =
          ((List<?>) message.getField(field))
              .stream().map(element -> withoutSecrets((Message) element)).toList();
      copy.setField(field, stripped);
    } else if (message.hasField(field)) {
      copy.setField(field, withoutSecrets((Message) message.getField(field)));
    }
  }
}
