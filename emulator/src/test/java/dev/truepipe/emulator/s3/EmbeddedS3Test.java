package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

public class EmbeddedS3Test {
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:08.123Z");

    private record Told(String queue, Map<String, Object> body, ObjectCreated created) {}

    private static final BlockingQueue<Told> TOLD = new LinkedBlockingQueue<>();
    private static final String MARKER = "marker-";

    /** What this test has heard. */
    private final Set<List<Object>> seen = new HashSet<>();

    @TempDir
    static Path folder;

    private static EmbeddedS3 s3;
    private static S3Client client;
    /** Never asks again. */
    private static S3Client hasty;

    @BeforeAll
    static void start() throws IOException {
        List<BucketSpec> buckets = List.of(
                new BucketSpec(
                        "labels",
                        List.of(
                                new BucketSpec.NotificationSpec("street", "arrivals", "street/", "manifests/output/output.manifest"),
                                new BucketSpec.NotificationSpec("zoo", "zoo-arrivals", "zoo/", "manifests/output/output.manifest")),
                        false),
                new BucketSpec("bridged", List.of(), true),
                new BucketSpec("quiet"));
        EmbeddedS3.Events events = new EmbeddedS3.Events() {
            @Override
            public void notification(String queue, String body) {
                try {
                    TOLD.add(new Told(queue, Json.object(Json.parse(body)), null));
                } catch (IOException e) {
                    throw new AssertionError("not JSON: " + body, e);
                }
            }

            @Override
            public void created(ObjectCreated object) {
                TOLD.add(new Told(null, null, object));
            }
        };
        s3 = EmbeddedS3.start(folder, 0, buckets, events, Clock.fixed(NOW, ZoneOffset.UTC));
        client = Clients.s3(s3.endpoint());
        hasty = Clients.s3WithoutRetries(s3.endpoint());
    }

    @AfterAll
    static void stop() {
        client.close();
        hasty.close();
        s3.close();
    }

    @BeforeEach
    void forget() throws InterruptedException {
        seen.clear();
        // Events leave in order: what an earlier test left on its way has arrived when this marker has.
        String marker = MARKER + UUID.randomUUID();
        put("bridged", marker, "");
        while (true) {
            Told told = poll();
            if (told.created() != null && told.created().key().equals(marker)) {
                return;
            }
        }
    }

    @Test
    void tellsTheQueueOfTheRuleThatFits() throws InterruptedException {
        put("labels", "zoo/job/manifests/output/output.manifest", "{}\n");
        Told told = next();
        assertEquals("zoo-arrivals", told.queue());
        Map<String, Object> event = event(told);
        assertEquals("ObjectCreated:Put", event.get("eventName"));
        assertEquals("aws:s3", event.get("eventSource"));
        assertEquals("us-east-1", event.get("awsRegion"));
        assertEquals("2026-02-03T04:05:08.123Z", event.get("eventTime"));
        Map<String, Object> fields = Json.object(event.get("s3"));
        assertEquals("zoo", fields.get("configurationId"));
        assertEquals("labels", Json.object(fields.get("bucket")).get("name"));
        assertEquals("arn:aws:s3:::labels", Json.object(fields.get("bucket")).get("arn"));
        Map<String, Object> object = Json.object(fields.get("object"));
        assertEquals(3L, object.get("size"));
        String eTag = client.headObject(r -> r.bucket("labels").key("zoo/job/manifests/output/output.manifest")).eTag();
        assertEquals(eTag, "\"" + object.get("eTag") + "\"");
        assertTrue(((String) object.get("sequencer")).matches("00[0-9A-F]{16}"), object.toString());
    }

    /** A kill in the moment after the answer loses nothing. */
    @Test
    void anUploadIsAnsweredAfterItsEventsHaveLeft() {
        for (int i = 0; i < 50; i++) {
            TOLD.clear();
            put("labels", "zoo/" + i + "/manifests/output/output.manifest", "{}\n");
            assertEquals("zoo-arrivals", TOLD.remove().queue());
            put("bridged", "b" + i, "");
            assertEquals("b" + i, TOLD.remove().created().key());
        }
    }

    @Test
    void isSilentAboutKeysThatFitNoRule() throws InterruptedException {
        put("labels", "street/job/manifests/intermediate/1/output.manifest", "{}");
        put("labels", "elsewhere/job/manifests/output/output.manifest", "{}");
        put("labels", "street/job/manifests/output/output.manifest.bak", "{}");
        put("quiet", "street/job/manifests/output/output.manifest", "{}");
        put("bridged", "last", "");
        assertEquals("last", next().created().key());
    }

    @Test
    void encodesKeysAsAFormWouldAndLeavesSlashes() throws InterruptedException {
        String key = "street/a b+c/차 é/manifests/output/output.manifest";
        put("labels", key, "{}");
        String encoded = (String) object(next()).get("key");
        assertEquals("street/a+b%2Bc/%EC%B0%A8+%C3%A9/manifests/output/output.manifest", encoded);
        assertEquals(key, URLDecoder.decode(encoded, StandardCharsets.UTF_8));
    }

    @Test
    void tellsOfCopiesAndOfUploadsInParts() throws InterruptedException {
        String key = "street/parts/manifests/output/output.manifest";
        put("quiet", "source", "0123456789");
        client.copyObject(r -> r.sourceBucket("quiet").sourceKey("source").destinationBucket("labels").destinationKey(key));
        Told copied = next();
        assertEquals("ObjectCreated:Copy", event(copied).get("eventName"));
        assertEquals(10L, object(copied).get("size"));

        String upload = client.createMultipartUpload(r -> r.bucket("labels").key(key)).uploadId();
        byte[] large = new byte[5 * 1024 * 1024];
        String first = client.uploadPart(r -> r.bucket("labels").key(key).uploadId(upload).partNumber(1), RequestBody.fromBytes(large)).eTag();
        String second = client.uploadPart(r -> r.bucket("labels").key(key).uploadId(upload).partNumber(2), RequestBody.fromString("end")).eTag();
        client.completeMultipartUpload(r -> r.bucket("labels").key(key).uploadId(upload)
                .multipartUpload(m -> m.parts(
                        CompletedPart.builder().partNumber(1).eTag(first).build(),
                        CompletedPart.builder().partNumber(2).eTag(second).build())));
        Told completed = next();
        assertEquals("ObjectCreated:CompleteMultipartUpload", event(completed).get("eventName"));
        assertEquals(large.length + 3L, object(completed).get("size"));
        assertTrue(((String) object(completed).get("eTag")).endsWith("-2"), object(completed).toString());
    }

    @Test
    void laterWritesOfOneKeyHaveGreaterSequencers() throws InterruptedException {
        String key = "street/twice/manifests/output/output.manifest";
        put("labels", key, "1");
        put("labels", key, "2");
        String first = (String) object(next()).get("sequencer");
        String second = (String) object(next()).get("sequencer");
        assertTrue(first.compareTo(second) < 0, first + " then " + second);
    }

    @Test
    void aPutThatIsSentAgainIsToldOfAgain() throws InterruptedException {
        String key = "street/again/manifests/output/output.manifest";
        put("labels", key, "same");
        put("labels", key, "same");
        put("bridged", "last", "");
        List<String> sequencers = new ArrayList<>();
        for (Told told = poll(); told.created() == null; told = poll()) {
            assertEquals(key, object(told).get("key"));
            sequencers.add((String) object(told).get("sequencer"));
        }
        assertTrue(sequencers.size() >= 2, sequencers::toString);
        assertEquals(sequencers.stream().distinct().sorted().toList(), sequencers);
    }

    @Test
    void givesTheEventBusRawKeys() throws InterruptedException {
        put("bridged", "a b/ü.manifest", "12");
        ObjectCreated created = next().created();
        Map<String, Object> detail = created.detail();
        assertEquals("a b/ü.manifest", Json.object(detail.get("object")).get("key"));
        assertEquals("PutObject", detail.get("reason"));
        assertEquals(2L, Json.object(detail.get("object")).get("size"));
    }

    @Test
    void announcesEachConfiguredRuleByATestEvent() throws InterruptedException {
        s3.announceConfiguration();
        for (String queue : List.of("arrivals", "zoo-arrivals")) {
            Told told = next();
            assertEquals(queue, told.queue());
            assertEquals("s3:TestEvent", told.body().get("Event"));
            assertEquals("labels", told.body().get("Bucket"));
            assertNull(told.body().get("Records"));
        }
    }

    @Test
    void aPutThatWasRefusedIsNotToldOf() throws InterruptedException {
        String key = "street/once/manifests/output/output.manifest";
        put("labels", key, "first");
        assertEquals(5L, object(next()).get("size"));
        assertThrows(
                ObjectStore.PreconditionFailedException.class,
                () -> s3.store().put(new S3Uri("labels", key), new byte[1], ObjectStore.Condition.ABSENT));
        put("bridged", "last", "");
        assertEquals("last", next().created().key());
    }

    @Test
    void answersAsManyErrorsAsAskedAndThenWorksAgain() {
        put("quiet", "fragile", "whole");
        s3.failNext(call -> call.operation() == S3Call.Operation.GET && call.key().equals("fragile"), 503, 1);
        // The SDK asks again, and the second answer is the object.
        assertEquals("whole", client.getObjectAsBytes(r -> r.bucket("quiet").key("fragile")).asUtf8String());
        assertEquals(0, s3.pendingFaults());

        s3.failNext(call -> call.operation() == S3Call.Operation.PUT, 403, 1);
        S3Exception denied = assertThrows(
                S3Exception.class, () -> hasty.putObject(r -> r.bucket("quiet").key("fragile"), RequestBody.fromString("other")));
        assertEquals(403, denied.statusCode());
        assertEquals("whole", client.getObjectAsBytes(r -> r.bucket("quiet").key("fragile")).asUtf8String());

        s3.failNext(call -> call.operation() == S3Call.Operation.LIST, 500, 1);
        S3Exception broken = assertThrows(S3Exception.class, () -> hasty.listObjectsV2(r -> r.bucket("quiet")));
        assertEquals(500, broken.statusCode());
        assertEquals(0, s3.pendingFaults());
    }

    /** S3Proxy alone lets several writers of one moment pass. */
    @Test
    void ofEightWritersOverOneETagOneWins() throws Exception {
        put("quiet", "champion", "first");
        for (int round = 0; round < 5; round++) {
            S3Uri champion = new S3Uri("quiet", "champion");
            String eTag = s3.store().head(champion).orElseThrow().eTag();
            List<Callable<Boolean>> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                byte[] body = ("round " + round + " writer " + i).getBytes(StandardCharsets.UTF_8);
                writers.add(() -> {
                    try {
                        s3.store().put(champion, body, new ObjectStore.Condition.Unchanged(eTag));
                        return true;
                    } catch (ObjectStore.PreconditionFailedException e) {
                        return false;
                    }
                });
            }
            int winners = 0;
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                for (Future<Boolean> writer : threads.invokeAll(writers)) {
                    winners += writer.get() ? 1 : 0;
                }
            }
            assertEquals(1, winners, "round " + round);
        }
    }

    @Test
    void objectsAreFilesUnderTheirBucket() throws IOException {
        put("quiet", "some/where/a b.txt", "text");
        assertEquals("text", Files.readString(s3.folder().resolve("quiet/some/where/a b.txt")));
    }

    @Test
    void keepsObjectsAndTheirETagsOverARestart() throws IOException {
        put("quiet", "kept", "for later");
        String eTag = client.headObject(r -> r.bucket("quiet").key("kept")).eTag();
        try (EmbeddedS3 again = EmbeddedS3.start(folder, 0, List.of(), new NoEvents(), Clock.systemUTC());
                S3Client other = Clients.s3(again.endpoint())) {
            assertEquals(eTag, other.headObject(r -> r.bucket("quiet").key("kept")).eTag());
            assertNotNull(eTag);
        }
    }

    @Test
    void refusesOverlappingRulesAsS3Does() {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> new BucketSpec(
                "labels",
                List.of(
                        new BucketSpec.NotificationSpec("all", "arrivals", "", ".manifest"),
                        new BucketSpec.NotificationSpec("street", "arrivals", "street/", "output.manifest")),
                false));
        assertTrue(refused.getMessage().contains("\"all\" and \"street\" overlap"), refused.getMessage());
    }

    @Test
    void aTakenPortIsTold() {
        int taken = s3.endpoint().getPort();
        IOException told = assertThrows(
                IOException.class, () -> EmbeddedS3.start(folder, taken, List.of(), new NoEvents(), Clock.systemUTC()));
        assertTrue(told.getMessage().contains("port " + taken), told.getMessage());
    }

    private static final class NoEvents implements EmbeddedS3.Events {
        @Override
        public void notification(String queue, String body) {
            throw new AssertionError("no rule, yet: " + body);
        }

        @Override
        public void created(ObjectCreated object) {
            throw new AssertionError("no rule, yet: " + object);
        }
    }

    private static void put(String bucket, String key, String text) {
        client.putObject(r -> r.bucket(bucket).key(key), RequestBody.fromString(text));
    }

    /** The next event that is new: S3 tells at least once, so a put that a client had to send again is told of again. */
    private Told next() throws InterruptedException {
        while (true) {
            Told told = poll();
            boolean marker = told.created() != null && told.created().key().startsWith(MARKER);
            if (!marker && seen.add(identity(told))) {
                return told;
            }
        }
    }

    private static Told poll() throws InterruptedException {
        Told told = TOLD.poll(10, TimeUnit.SECONDS);
        assertNotNull(told, "no event within 10 s");
        return told;
    }

    private static List<Object> identity(Told told) {
        if (told.created() != null) {
            return List.of(told.created().key(), told.created().detail().get("reason"), Json.object(told.created().detail().get("object")).get("etag"));
        }
        if (!told.body().containsKey("Records")) {
            return List.of(told.queue(), told.body());
        }
        return List.of(told.queue(), event(told).get("eventName"), object(told).get("key"), object(told).get("eTag"));
    }

    private static Map<String, Object> event(Told told) {
        return Json.object(Json.array(told.body().get("Records")).getFirst());
    }

    private static Map<String, Object> object(Told told) {
        return Json.object(Json.object(event(told).get("s3")).get("object"));
    }
}
