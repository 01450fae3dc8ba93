package dev.truepipe.emulator.sqs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;

public class EmbeddedSqsTest {
    private static final int RECEIVES = 2;
    private static EmbeddedSqs sqs;

    /** What broke in handing over, in any test; one of them takes out what it asked for. */
    private static final BlockingQueue<Exception> BROKEN = new LinkedBlockingQueue<>();

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        List<QueueSpec> queues = new ArrayList<>();
        for (String name : List.of("partial", "whole", "plain", "throwing")) {
            queues.add(new QueueSpec(name, Duration.ofSeconds(1), name + "-dead", RECEIVES));
            queues.add(new QueueSpec(name + "-dead", Duration.ofSeconds(30)));
        }
        for (String name : List.of("overtaken", "slow", "breaking")) {
            queues.add(new QueueSpec(name, Duration.ofSeconds(1)));
        }
        queues.add(new QueueSpec("busy", Duration.ofSeconds(60)));
        queues.add(new QueueSpec("outdated", Duration.ofSeconds(60)));
        sqs = EmbeddedSqs.start(folder, 0, queues);
    }

    @AfterAll
    static void stop() {
        sqs.close();
        assertEquals(List.of(), List.copyOf(BROKEN));
    }

    private static void serve(EventSourceMappingSpec mapping, EventSourceMapping.Function function) {
        sqs.serve(mapping, function, BROKEN::add);
    }

    /** A function in this process that keeps the batches it was given. */
    private static final class Fake implements EventSourceMapping.Function {
        private final BlockingQueue<List<Map<String, Object>>> batches = new LinkedBlockingQueue<>();
        private final Function<List<Map<String, Object>>, Optional<String>> answer;

        Fake(Function<List<Map<String, Object>>, Optional<String>> answer) {
            this.answer = answer;
        }

        @Override
        public Optional<String> invoke(String name, String event) {
            try {
                List<Map<String, Object>> records = Json.array(Json.object(Json.parse(event)).get("Records")).stream().map(Json::object).toList();
                batches.add(records);
                return answer.apply(records);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + event, e);
            }
        }

        Map<String, Object> next() throws InterruptedException {
            List<Map<String, Object>> batch = batches.poll(20, TimeUnit.SECONDS);
            assertNotNull(batch, "no batch within 20 s");
            return batch.getFirst();
        }
    }

    @Test
    void deletesOnlyWhatTheFunctionDidNotNameAndTheRestEndsInTheDeadLetterQueue() throws InterruptedException {
        Fake fake = new Fake(records -> {
            List<Object> failures = new ArrayList<>();
            for (Map<String, Object> each : records) {
                if (((String) each.get("body")).startsWith("bad")) {
                    failures.add(Map.of("itemIdentifier", each.get("messageId")));
                }
            }
            return Optional.of(Json.text(Map.of("batchItemFailures", failures)));
        });
        sqs.send("partial", "good");
        sqs.send("partial", "bad");
        serve(new EventSourceMappingSpec("partial", "F", 10, true, 1), fake);
        assertEquals(List.of("bad"), deadLetters("partial-dead", 1));
        Map<String, Integer> seen = new LinkedHashMap<>();
        fake.batches.forEach(batch -> batch.forEach(each -> seen.merge((String) each.get("body"), 1, Integer::sum)));
        assertEquals(Map.of("good", 1, "bad", RECEIVES), seen);
        assertTrue(sqs.depth("partial").isEmpty(), sqs.depth("partial").toString());
    }

    @Test
    void aFailedInvocationFailsItsWholeBatch() throws InterruptedException {
        Fake fake = new Fake(records -> Optional.empty());
        sqs.send("throwing", "one");
        serve(new EventSourceMappingSpec("throwing", "F", 1, true, 1), fake);
        assertEquals(List.of("one"), deadLetters("throwing-dead", 1));
        assertEquals(RECEIVES, fake.batches.size());
        assertEquals("2", Json.object(fake.batches.stream().toList().getLast().getFirst().get("attributes")).get("ApproximateReceiveCount"));
    }

    @Test
    void anAnswerThatNamesAnUnknownMessageFailsTheWholeBatch() throws InterruptedException {
        Fake fake = new Fake(records -> Optional.of("{\"batchItemFailures\":[{\"itemIdentifier\":\"nobody\"}]}"));
        sqs.send("whole", "one");
        serve(new EventSourceMappingSpec("whole", "F", 10, true, 1), fake);
        assertEquals(List.of("one"), deadLetters("whole-dead", 1));
    }

    @Test
    void withoutPartialAnswersWhatIsAnsweredDoesNotMatter() throws InterruptedException {
        Fake fake = new Fake(records -> Optional.of("{\"batchItemFailures\":[{\"itemIdentifier\":\"nobody\"}]}"));
        serve(new EventSourceMappingSpec("plain", "F", 10, false, 2), fake);
        String id = sqs.send("plain", "body é");
        Map<String, Object> message = fake.next();
        assertEquals(id, message.get("messageId"));
        assertEquals("body é", message.get("body"));
        assertEquals("aws:sqs", message.get("eventSource"));
        assertEquals("arn:aws:sqs:us-east-1:000000000000:plain", message.get("eventSourceARN"));
        assertEquals("us-east-1", message.get("awsRegion"));
        assertNotNull(message.get("receiptHandle"));
        assertNotNull(message.get("md5OfBody"));
        Map<String, Object> attributes = Json.object(message.get("attributes"));
        assertEquals(Set.of("ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"), attributes.keySet());
        assertEquals("1", attributes.get("ApproximateReceiveCount"));
    }

    @Test
    void asManyBatchesAreUnderWayAsAskedAndTheirMessagesAreHidden() throws InterruptedException {
        CountDownLatch two = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        Fake fake = new Fake(records -> {
            two.countDown();
            await(goOn);
            return Optional.of("null");
        });
        for (int i = 0; i < 3; i++) {
            sqs.send("busy", "message " + i);
        }
        serve(new EventSourceMappingSpec("busy", "F", 1, true, 2), fake);
        assertTrue(two.await(20, TimeUnit.SECONDS), "two batches at once");
        assertEquals(new EmbeddedSqs.Depth(1, 2, 0), sqs.depth("busy"));
        goOn.countDown();
        fake.next();
        fake.next();
        fake.next();
    }

    /** Two pollers: while one still works on the message, the other gets it anew, and the first one's receipt is void. */
    @Test
    void aHandlerThatIsOvertakenByTheVisibilityEndsNoPoller() throws InterruptedException {
        CountDownLatch takenAgain = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        Fake fake = new Fake(records -> {
            Map<String, Object> message = records.getFirst();
            if (message.get("body").equals("together")) {
                both.countDown();
                await(both);
            } else if (Json.object(message.get("attributes")).get("ApproximateReceiveCount").equals("1")) {
                await(takenAgain);
            } else {
                takenAgain.countDown();
            }
            return Optional.of("null");
        });
        sqs.send("overtaken", "slow");
        serve(new EventSourceMappingSpec("overtaken", "F", 1, true, 2), fake);
        assertTrue(takenAgain.await(20, TimeUnit.SECONDS), "the message came back");
        sqs.send("overtaken", "together");
        sqs.send("overtaken", "together");
        assertTrue(both.await(20, TimeUnit.SECONDS), "both pollers still ask for messages");
    }

    @Test
    void aHandlerSlowerThanTheVisibilityDeletesItsMessageUnlessItWasTakenAgain() throws InterruptedException {
        Fake fake = new Fake(records -> {
            until("visible again", () -> sqs.depth("slow").visible() == 1);
            return Optional.of("null");
        });
        sqs.send("slow", "one");
        serve(new EventSourceMappingSpec("slow", "F", 1, true, 1), fake);
        fake.next();
        until("deleted", () -> sqs.depth("slow").isEmpty());
        assertTrue(fake.batches.isEmpty(), fake.batches.toString());
    }

    @Test
    void whatBreaksIsToldAndTheQueueIsServedOn() throws InterruptedException {
        IllegalStateException defect = new IllegalStateException("a defect of the cloud");
        AtomicBoolean first = new AtomicBoolean(true);
        BlockingQueue<Exception> broken = new LinkedBlockingQueue<>();
        Fake fake = new Fake(records -> {
            if (first.getAndSet(false)) {
                throw defect;
            }
            return Optional.of("null");
        });
        sqs.send("breaking", "one");
        sqs.serve(new EventSourceMappingSpec("breaking", "F", 1, true, 1), fake, broken::add);
        assertEquals("one", fake.next().get("body"));
        Exception told = broken.poll(20, TimeUnit.SECONDS);
        assertNotNull(told, "nothing told within 20 s");
        assertEquals(defect, told.getCause());
        assertTrue(told.getMessage().contains("breaking"), told.getMessage());
        assertEquals("one", fake.next().get("body"), "nothing of the batch was deleted");
        until("deleted", () -> sqs.depth("breaking").isEmpty());
        assertTrue(broken.isEmpty(), broken.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"batchItemFailures\":null}", "{\"batchItemFailures\":[]}", "{\"other\":1}"})
    void takesForSuccess(String answer) {
        assertEquals(Set.of(), EventSourceMapping.namedFailures(answer, Set.of("a", "b")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"text\"",
                "{\"batchItemFailures\":{}}",
                "{\"batchItemFailures\":[{}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
                "{\"batchItemFailures\":[{\"item\":\"a\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"c\"}]}",
            })
    void takesForFailureOfTheWholeBatch(String answer) {
        assertEquals(Set.of("a", "b"), EventSourceMapping.namedFailures(answer, Set.of("a", "b")));
    }

    @Test
    void theSdkSeesTheQueueAsDescribed() {
        try (var client = sdk()) {
            String url = client.getQueueUrl(r -> r.queueName("partial")).queueUrl();
            Map<QueueAttributeName, String> attributes = client.getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL)).attributes();
            assertEquals("1", attributes.get(QueueAttributeName.VISIBILITY_TIMEOUT));
            assertEquals("arn:aws:sqs:us-east-1:000000000000:partial", attributes.get(QueueAttributeName.QUEUE_ARN));
            assertTrue(attributes.get(QueueAttributeName.REDRIVE_POLICY).contains("arn:aws:sqs:us-east-1:000000000000:partial-dead"));
        }
    }

    @Test
    void refusesAnOutdatedReceiptHandle() {
        try (var client = sdk()) {
            String url = sqs.queueUrl("outdated");
            sqs.send("outdated", "one");
            String outdated = receive(client, url);
            String current = receive(client, url);
            assertThrows(ReceiptHandleIsInvalidException.class, () -> client.deleteMessage(r -> r.queueUrl(url).receiptHandle(outdated)));
            assertFalse(sqs.depth("outdated").isEmpty());
            client.deleteMessage(r -> r.queueUrl(url).receiptHandle(current));
            assertTrue(sqs.depth("outdated").isEmpty());
        }
    }

    /** The receipt of a message that is visible again at once. */
    private static String receive(SqsClient client, String url) {
        return client.receiveMessage(r -> r.queueUrl(url).visibilityTimeout(0)).messages().getFirst().receiptHandle();
    }

    private static SqsClient sdk() {
        return client(sqs);
    }

    private static SqsClient client(EmbeddedSqs of) {
        return SqsClient.builder()
                .endpointOverride(of.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("anyone", "anything")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @Test
    void anUnknownQueueIsToldWithThoseThereAre() {
        IllegalArgumentException told = assertThrows(IllegalArgumentException.class, () -> sqs.send("nowhere", "x"));
        assertTrue(told.getMessage().contains("nowhere") && told.getMessage().contains("busy"), told.getMessage());
    }

    @Test
    void keepsQueuesAndMessagesOverARestart(@TempDir Path kept) throws IOException, InterruptedException {
        List<QueueSpec> queues = List.of(new QueueSpec("kept", Duration.ofSeconds(30), "kept-dead", 2), new QueueSpec("kept-dead", Duration.ofSeconds(30)));
        String waiting;
        try (EmbeddedSqs first = EmbeddedSqs.start(kept, 0, queues); SqsClient client = client(first)) {
            String url = first.queueUrl("kept");
            for (String body : List.of("deleted", "hidden", "waiting")) {
                client.sendMessage(r -> r.queueUrl(url).messageBody(body).messageAttributes(Map.of(
                        "text", attribute("String", "ü"),
                        "number", attribute("Number.int", "7"),
                        "bytes", MessageAttributeValue.builder().dataType("Binary").binaryValue(SdkBytes.fromByteArray(new byte[] {0, -1})).build())));
            }
            Message deleted = client.receiveMessage(r -> r.queueUrl(url)).messages().getFirst();
            client.deleteMessage(r -> r.queueUrl(url).receiptHandle(deleted.receiptHandle()));
            client.receiveMessage(r -> r.queueUrl(url));
            client.createQueue(r -> r.queueName("own.fifo").attributes(Map.of(QueueAttributeName.FIFO_QUEUE, "true", QueueAttributeName.VISIBILITY_TIMEOUT, "41")));
            String own = client.getQueueUrl(r -> r.queueName("own.fifo")).queueUrl();
            client.sendMessage(r -> r.queueUrl(own).messageBody("first").messageGroupId("g").messageDeduplicationId("1"));
            client.sendMessage(r -> r.queueUrl(own).messageBody("second").messageGroupId("g").messageDeduplicationId("2"));
            client.createQueue(r -> r.queueName("gone"));
            client.deleteQueue(r -> r.queueUrl(client.getQueueUrl(q -> q.queueName("gone")).queueUrl()));
            waiting = client.receiveMessage(r -> r.queueUrl(url).visibilityTimeout(0)).messages().getFirst().messageId();
        }
        // Cut short, as by a kill: what was never answered.
        Files.writeString(kept.resolve("queues.jsonl"), "{\"put\":\"kept\",\"mess", StandardOpenOption.APPEND);
        try (EmbeddedSqs second = EmbeddedSqs.start(kept, 0, queues); SqsClient client = client(second)) {
            assertEquals(new EmbeddedSqs.Depth(1, 1, 0), second.depth("kept"));
            String url = second.queueUrl("kept");
            Message message = client.receiveMessage(r -> r.queueUrl(url).visibilityTimeout(0).messageAttributeNames("All")
                    .messageSystemAttributeNames(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT)).messages().getFirst();
            assertEquals("waiting", message.body());
            assertEquals(waiting, message.messageId());
            assertEquals("2", message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT), "counted on from before");
            assertEquals("ü", message.messageAttributes().get("text").stringValue());
            assertEquals("Number.int", message.messageAttributes().get("number").dataType());
            assertArrayEquals(new byte[] {0, -1}, message.messageAttributes().get("bytes").binaryValue().asByteArray());
            // Received twice, which is once too often now: it goes where the description says.
            assertEquals(List.of(), client.receiveMessage(r -> r.queueUrl(url)).messages());
            assertEquals(List.of("waiting"), second.drain("kept-dead"));
            String own = client.getQueueUrl(r -> r.queueName("own.fifo")).queueUrl();
            assertEquals("41", client.getQueueAttributes(r -> r.queueUrl(own).attributeNames(QueueAttributeName.ALL)).attributes().get(QueueAttributeName.VISIBILITY_TIMEOUT));
            assertEquals(List.of("first", "second"), client.receiveMessage(r -> r.queueUrl(own).maxNumberOfMessages(2)).messages().stream().map(Message::body).toList());
            assertThrows(QueueDoesNotExistException.class, () -> client.getQueueUrl(r -> r.queueName("gone")));
        }
    }

    @Test
    void itsJournalDoesNotGrowWithWhatIsGone(@TempDir Path kept) throws IOException, InterruptedException {
        List<QueueSpec> queues = List.of(new QueueSpec("busy", Duration.ofSeconds(30)));
        try (EmbeddedSqs busy = EmbeddedSqs.start(kept, 0, queues)) {
            busy.send("busy", "stays");
            for (int i = 0; i < 1_000; i++) {
                busy.send("busy", "passes");
                if (i % 8 == 7) {
                    busy.drain("busy");
                }
            }
        }
        try (Stream<String> lines = Files.lines(kept.resolve("queues.jsonl"))) {
            assertTrue(lines.count() < 1_100, "at most a thousand lines more than there are messages");
        }
    }

    @Test
    void aJournalThatSomethingElseWroteIsToldWithItsLine(@TempDir Path kept) throws IOException {
        Files.writeString(kept.resolve("queues.jsonl"), "{\"queue\":\"a\",\"attributes\":{}}\n{\"what\":1}\n");
        IOException refused = assertThrows(IOException.class, () -> EmbeddedSqs.start(kept, 0, List.of()));
        assertTrue(refused.getMessage().contains("queues.jsonl:2: "), refused.getMessage());
        assertTrue(refused.getMessage().contains("move the file away"), refused.getMessage());
    }

    private static MessageAttributeValue attribute(String type, String value) {
        return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void until(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what + " within 20 s");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Waits at the dead-letter queue, as a consumer of it would. */
    private static List<String> deadLetters(String queue, int count) throws InterruptedException {
        BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
        serve(new EventSourceMappingSpec(queue, "Undertaker", 10, false, 1), (name, event) -> {
            try {
                Json.array(Json.object(Json.parse(event)).get("Records")).forEach(each -> bodies.add((String) Json.object(each).get("body")));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return Optional.of("null");
        });
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = bodies.poll(30, TimeUnit.SECONDS);
            assertNotNull(body, "no dead letter within 30 s");
            found.add(body);
        }
        return found;
    }
}
