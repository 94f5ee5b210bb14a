package eus.bakq.demo;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/** Every field of every RPC, found in the contract, and each fault put into it. */
final class FieldRubbish {
  private FieldRubbish() {}

  /**
   * A field of a call's messages.
   *
   * @param steps from the message down to it
   */
  record Place(String call, List<FieldDescriptor> steps) {
    Place {
      steps = List.copyOf(steps);
    }

    FieldDescriptor field() {
      return steps.getLast();
    }

    /** As {@code BadRequest} names it; of what is repeated, the first. */
    String path() {
      List<String> names = new ArrayList<>();
      for (FieldDescriptor step : steps) {
        boolean within = step.isRepeated() && step != field();
        names.add(step.getName() + (within ? "[" + element() + "]" : ""));
      }
      return String.join(".", names);
    }

    /** Of the two documents of a good call, the second was uploaded. */
    private int element() {
      return field().getName().equals("upload_id") ? 1 : 0;
    }
  }

  /** Every place of every call, in the order of the contract. */
  static List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (String call : Calls.names()) {
      collect(call, Calls.input(call), List.of(), places);
    }
    return places;
  }

  private static void collect(
      String call, Descriptor type, List<FieldDescriptor> above, List<Place> places) {
    for (FieldDescriptor field : type.getFields()) {
      List<FieldDescriptor> steps = new ArrayList<>(above);
      steps.add(field);
      places.add(new Place(call, steps));
      if (field.getJavaType() == JavaType.MESSAGE) {
        collect(call, field.getMessageType(), steps, places);
      }
    }
  }

  /** Sends a good call with one fault in it. */
  static Answer send(Situations situations, Place place, FieldFault fault) {
    List<byte[]> messages = new ArrayList<>();
    boolean put = false;
    for (Message message : situations.of(place.call())) {
      if (!put && has(message, place.steps().getFirst())) {
        messages.add(with(message, place, 0, fault).toByteArray());
        put = true;
      } else {
        messages.add(message.toByteArray());
      }
    }
    if (!put) {
      throw new IllegalStateException("no good call has a " + place);
    }
    return situations.send(place.call(), messages);
  }

  private static boolean has(Message message, FieldDescriptor field) {
    return field.isRepeated()
        ? message.getRepeatedFieldCount(field) > 0
        : message.getAllFields().containsKey(field);
  }

  private static Message with(Message message, Place place, int depth, FieldFault fault) {
    FieldDescriptor step = place.steps().get(depth);
    Message.Builder changed = message.toBuilder();
    if (depth == place.steps().size() - 1) {
      fault.into(changed, step);
    } else if (step.isRepeated()) {
      Message element = (Message) message.getRepeatedField(step, place.element());
      changed.setRepeatedField(step, place.element(), with(element, place, depth + 1, fault));
    } else {
      changed.setField(step, with((Message) message.getField(step), place, depth + 1, fault));
    }
    return changed.build();
  }
}
