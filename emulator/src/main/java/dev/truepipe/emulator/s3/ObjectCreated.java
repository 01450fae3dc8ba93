package dev.truepipe.emulator.s3;

import dev.truepipe.emulator.api.Arns;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An object that was just written.
 *
 * @param how {@code Put}, {@code Copy} or {@code CompleteMultipartUpload}
 * @param key raw
 * @param size in bytes
 * @param eTag without quotes
 * @param sequencer greater for the later of two writes of one key
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html">event structure</a>
 */
public record ObjectCreated(String how, String bucket, String key, long size, String eTag, Instant time, String sequencer) {

    /** What S3 sends to a queue: the key is form-URL-encoded, with its slashes left. */
    Map<String, Object> notification(String configurationId) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("key", URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/"));
        object.put("size", size);
        object.put("eTag", eTag);
        object.put("sequencer", sequencer);
        Map<String, Object> bucketFields = new LinkedHashMap<>();
        bucketFields.put("name", bucket);
        bucketFields.put("ownerIdentity", Map.of("principalId", "TRUEPIPE"));
        bucketFields.put("arn", "arn:aws:s3:::" + bucket);
        Map<String, Object> s3 = new LinkedHashMap<>();
        s3.put("s3SchemaVersion", "1.0");
        s3.put("configurationId", configurationId);
        s3.put("bucket", bucketFields);
        s3.put("object", object);
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("x-amz-request-id", sequencer);
        response.put("x-amz-id-2", sequencer);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("eventVersion", "2.6");
        event.put("eventSource", "aws:s3");
        event.put("awsRegion", Arns.REGION);
        event.put("eventTime", millis(time));
        event.put("eventName", "ObjectCreated:" + how);
        event.put("userIdentity", Map.of("principalId", "AWS:TRUEPIPE"));
        event.put("requestParameters", Map.of("sourceIPAddress", "127.0.0.1"));
        event.put("responseElements", response);
        event.put("s3", s3);
        return Map.of("Records", List.of(event));
    }

    /** The {@code detail} of EventBridge's {@code Object Created}: the key is raw. */
    public Map<String, Object> detail() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("key", key);
        object.put("size", size);
        object.put("etag", eTag);
        object.put("sequencer", sequencer);
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("version", "0");
        detail.put("bucket", Map.of("name", bucket));
        detail.put("object", object);
        detail.put("request-id", sequencer);
        detail.put("requester", Arns.ACCOUNT);
        detail.put("source-ip-address", "127.0.0.1");
        detail.put("reason", switch (how) {
            case "Put" -> "PutObject";
            case "Copy" -> "CopyObject";
            default -> how;
        });
        return detail;
    }

    /** ISO 8601 with exactly three digits of a second. */
    static String millis(Instant time) {
        String text = time.truncatedTo(ChronoUnit.SECONDS).toString();
        return text.substring(0, text.length() - 1) + "." + String.format(Locale.ROOT, "%03d", time.getNano() / 1_000_000) + "Z";
    }
}
