package dev.truepipe.functions;

import dev.truepipe.json.Json;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Messages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.eventnotifications.s3.model.S3EventNotification;
import software.amazon.awssdk.eventnotifications.s3.model.S3EventNotificationRecord;

/** Reads a message of the queue, whoever sent it. */
final class ArrivalReader {
    private ArrivalReader() {}

    /**
     * What the message says; nothing for S3's test message and for events that are not about a new object.
     *
     * @throws IllegalArgumentException if it is no message that we know; it never will be
     */
    static List<Arrival> read(String body) {
        Map<String, Object> message;
        try {
            message = Json.object(Json.parse(body));
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
        if (message.containsKey(Messages.KIND)) {
            return List.of(wish(message));
        }
        if (message.containsKey("detail-type")) {
            return event(message);
        }
        if (message.containsKey("Records")) {
            return notification(body);
        }
        if ("s3:TestEvent".equals(message.get("Event"))) {
            return List.of();
        }
        throw new IllegalArgumentException(
                "neither an S3 notification, nor an EventBridge event, nor a sweep or trigger; it has " + message.keySet());
    }

    private static Arrival wish(Map<String, Object> message) {
        String kind = text(message, Messages.KIND);
        if (!kind.equals(Messages.SWEEP) && !kind.equals(Messages.TRIGGER)) {
            throw new IllegalArgumentException("\"truepipe\" is \"sweep\" or \"trigger\", not \"" + kind + "\"");
        }
        boolean force = Boolean.TRUE.equals(message.get("force"));
        return new Arrival.Wish(kind, text(message, "dataset"), text(message, "id"), force);
    }

    private static List<Arrival> event(Map<String, Object> event) {
        switch (text(event, "detail-type")) {
            case "Object Created" -> {
                Map<String, Object> detail = Json.object(event.get("detail"));
                Map<String, Object> object = Json.object(detail.get("object"));
                String bucket = text(Json.object(detail.get("bucket")), "name");
                // Raw here, unlike in S3's own notifications: decoding would turn a + in a key into a space.
                return List.of(new Arrival.Written(new S3Uri(bucket, text(object, "key")), text(object, "etag")));
            }
            case "SageMaker Ground Truth Labeling Job State Change" -> {
                List<Arrival> ended = new ArrayList<>();
                for (Object arn : Json.array(event.get("resources"))) {
                    String text = arn.toString();
                    ended.add(new Arrival.LabelingEnded(text.substring(text.lastIndexOf('/') + 1)));
                }
                return ended;
            }
            default -> throw new IllegalArgumentException("no rule of ours sends \"" + event.get("detail-type") + "\"");
        }
    }

    private static List<Arrival> notification(String body) {
        List<Arrival> written = new ArrayList<>();
        for (S3EventNotificationRecord record : S3EventNotification.fromJson(body).getRecords()) {
            if (record.getEventName() != null && record.getEventName().startsWith("ObjectCreated")) {
                written.add(new Arrival.Written(
                        new S3Uri(record.getS3().getBucket().getName(), record.getS3().getObject().getUrlDecodedKey()),
                        record.getS3().getObject().getETag()));
            }
        }
        return written;
    }

    private static String text(Map<String, Object> message, String key) {
        if (message.get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new IllegalArgumentException("\"" + key + "\": expected text, found " + Json.text(message.get(key)));
    }
}
