package dev.truepipe.emulator.sqs;

import dev.truepipe.json.Json;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elasticmq.BinaryMessageAttribute;
import org.elasticmq.DeduplicationId;
import org.elasticmq.MessageAttribute;
import org.elasticmq.MessageContent;
import org.elasticmq.NeverReceived$;
import org.elasticmq.NumberMessageAttribute;
import org.elasticmq.OnDateTimeReceived;
import org.elasticmq.Received;
import org.elasticmq.StringMessageAttribute;
import org.elasticmq.TracingId;
import org.elasticmq.actor.queue.InternalMessage;
import scala.Option;
import scala.collection.mutable.ArrayBuffer;
import scala.jdk.javaapi.CollectionConverters;

/** A message of ElasticMQ's as JSON, and back, with all that SQS tells of it. */
final class StoredMessage {
    private StoredMessage() {}

    static Map<String, Object> of(InternalMessage message) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", message.id());
        json.put("body", message.content().value());
        json.put("created", message.created().toString());
        json.put("orderIndex", (long) message.orderIndex());
        if (!message.messageAttributes().isEmpty()) {
            Map<String, Object> attributes = new LinkedHashMap<>();
            CollectionConverters.asJava(message.messageAttributes()).forEach((name, attribute) -> attributes.put(name, attribute(attribute)));
            json.put("attributes", attributes);
        }
        if (message.isFifo()) {
            json.put("fifo", true);
        }
        optional(json, "group", message.messageGroupId());
        optional(json, "deduplication", message.messageDeduplicationId().isDefined() ? Option.apply(message.messageDeduplicationId().get().id()) : Option.empty());
        optional(json, "tracing", message.tracingId().isDefined() ? Option.apply(message.tracingId().get().id()) : Option.empty());
        optional(json, "sequence", message.sequenceNumber());
        optional(json, "deadLetterSource", message.deadLetterSourceQueueName());
        json.putAll(state(message));
        return json;
    }

    /** What receiving it, or changing its visibility, changes. */
    static Map<String, Object> state(InternalMessage message) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("nextDelivery", message.nextDelivery());
        json.put("receiveCount", (long) message.receiveCount());
        if (message.firstReceive() instanceof OnDateTimeReceived received) {
            json.put("firstReceived", received.when().toString());
        }
        json.put("receipts", receipts(message));
        return json;
    }

    /**
     * Those there were when the event was sent, or more: the queue's actor goes on while its listener reads, and may hand the message out
     * at this moment. What it adds has an event of its own to come, so any whole reading will do.
     */
    private static List<String> receipts(InternalMessage message) {
        while (true) {
            try {
                List<String> receipts = new ArrayList<>(CollectionConverters.asJava(message.deliveryReceipts()));
                if (!receipts.contains(null)) {
                    return receipts;
                }
            } catch (ConcurrentModificationException | IndexOutOfBoundsException e) {
                Thread.onSpinWait(); // one was added meanwhile: read again
            }
        }
    }

    static InternalMessage restored(Map<String, Object> json) {
        ArrayBuffer<String> receipts = new ArrayBuffer<>();
        Json.array(json.get("receipts")).forEach(receipt -> receipts.addOne((String) receipt));
        Map<String, MessageAttribute> attributes = new LinkedHashMap<>();
        Json.object(json.getOrDefault("attributes", Map.of())).forEach((name, stored) -> attributes.put(name, attribute(Json.object(stored))));
        Received first = json.get("firstReceived") instanceof String when
                ? new OnDateTimeReceived(OffsetDateTime.parse(when))
                : NeverReceived$.MODULE$;
        return new InternalMessage(
                (String) json.get("id"),
                receipts,
                (Long) json.get("nextDelivery"),
                new MessageContent((String) json.get("body")),
                scala.collection.immutable.Map.from(CollectionConverters.asScala(attributes)),
                OffsetDateTime.parse((String) json.get("created")),
                ((Long) json.get("orderIndex")).intValue(),
                first,
                ((Long) json.get("receiveCount")).intValue(),
                Boolean.TRUE.equals(json.get("fifo")),
                text(json, "group"),
                json.get("deduplication") instanceof String id ? Option.apply(new DeduplicationId(id)) : Option.empty(),
                json.get("tracing") instanceof String id ? Option.apply(new TracingId(id)) : Option.empty(),
                text(json, "sequence"),
                text(json, "deadLetterSource"));
    }

    /** In the order in which they came. */
    static scala.collection.immutable.List<InternalMessage> restored(Iterable<Map<String, Object>> stored) {
        List<InternalMessage> messages = new ArrayList<>();
        stored.forEach(json -> messages.add(restored(json)));
        return scala.collection.immutable.List.from(CollectionConverters.asScala(messages));
    }

    private static Map<String, Object> attribute(MessageAttribute attribute) {
        Map<String, Object> json = new LinkedHashMap<>();
        switch (attribute) {
            case StringMessageAttribute text -> json.put("String", text.stringValue());
            case NumberMessageAttribute number -> json.put("Number", number.stringValue());
            case BinaryMessageAttribute binary -> json.put("Binary", binary.asBase64());
            default -> throw new IllegalStateException("a message attribute of an unknown kind: " + attribute.getDataType());
        }
        optional(json, "custom", attribute.customType());
        return json;
    }

    private static MessageAttribute attribute(Map<String, Object> json) {
        Option<String> custom = text(json, "custom");
        if (json.get("Binary") instanceof String base64) {
            return BinaryMessageAttribute.fromBase64(base64, custom);
        }
        return json.get("Number") instanceof String number
                ? new NumberMessageAttribute(number, custom)
                : new StringMessageAttribute((String) json.get("String"), custom);
    }

    private static void optional(Map<String, Object> json, String name, Option<String> value) {
        if (value.isDefined()) {
            json.put(name, value.get());
        }
    }

    private static Option<String> text(Map<String, Object> json, String name) {
        return Option.apply((String) json.get(name));
    }
}
