package dev.truepipe.emulator.sqs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Hands a queue's messages to a function, in batches, and deletes those it dealt with.
 *
 * <p>As Lambda does: if the function fails, or answers what it may not, no message of the batch is deleted; each becomes
 * visible again after the queue's visibility timeout, and goes to the dead-letter queue when it was received too often.
 * Unlike Lambda, a failing function is not called more slowly. A message that came back while its function still worked on
 * it has a new receipt handle; to delete it by the old one does nothing, as with SQS.
 *
 * <p>What breaks in the mapping itself is told, and the next batch is asked for all the same.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html">error handling for SQS</a>
 */
public final class EventSourceMapping implements AutoCloseable {
    /** ElasticMQ wakes a waiting receiver for a sent message, not for one that became visible again: ask often. */
    private static final long LONG_POLL_SECONDS = 1;

    /** After a round that broke: a queue service that answers nothing is not asked in a tight loop. */
    private static final long PAUSE_MILLIS = 200;

    private final EventSourceMappingSpec spec;
    private final String queueUrl;
    private final SqsClient client;
    private final Function function;
    private final Consumer<Exception> broke;
    private final List<Thread> pollers = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** A function as the mapping sees it. */
    public interface Function {
        /**
         * Calls it with an SQS event.
         *
         * @return what it answered, or empty if it failed in any way
         */
        Optional<String> invoke(String name, String event) throws InterruptedException;
    }

    EventSourceMapping(
            EventSourceMappingSpec spec, String queueUrl, SqsClient client, Function function, Consumer<Exception> broke) {
        this.spec = spec;
        this.queueUrl = queueUrl;
        this.client = client;
        this.function = function;
        this.broke = broke;
    }

    void start() {
        for (int i = 0; i < spec.maximumConcurrency(); i++) {
            pollers.add(Thread.ofPlatform().daemon().name("queue-" + spec.queue() + "-" + i).start(this::poll));
        }
    }

    private void poll() {
        try {
            do {
                round();
            } while (closed.getCount() > 0);
        } catch (InterruptedException e) {
            // Closed while it waited: there is nothing more to do.
        }
    }

    private void round() throws InterruptedException {
        try {
            List<Object> messages = receive();
            if (!messages.isEmpty()) {
                delete(messages, failures(messages, function.invoke(spec.function(), event(messages))));
            }
        } catch (IOException | RuntimeException e) {
            if (closed.getCount() > 0) {
                broke.accept(new IllegalStateException("queue " + spec.queue() + ": its messages could not be handed on", e));
                closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private List<Object> receive() throws IOException, InterruptedException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("QueueUrl", queueUrl);
        request.put("MaxNumberOfMessages", (long) spec.batchSize());
        request.put("WaitTimeSeconds", LONG_POLL_SECONDS);
        request.put("AttributeNames", List.of("All"));
        request.put("MessageSystemAttributeNames", List.of("All"));
        request.put("MessageAttributeNames", List.of("All"));
        return Json.array(client.call("ReceiveMessage", request).getOrDefault("Messages", List.of()));
    }

    private String event(List<Object> messages) {
        List<Object> records = new ArrayList<>();
        for (Object each : messages) {
            Map<String, Object> message = Json.object(each);
            Map<String, Object> attributes = new LinkedHashMap<>(Json.object(message.getOrDefault("Attributes", Map.of())));
            attributes.keySet().retainAll(
                    List.of("ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"));
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("messageId", message.get("MessageId"));
            event.put("receiptHandle", message.get("ReceiptHandle"));
            event.put("body", message.get("Body"));
            event.put("attributes", attributes);
            event.put("messageAttributes", Map.of());
            event.put("md5OfBody", message.get("MD5OfBody"));
            event.put("eventSource", "aws:sqs");
            event.put("eventSourceARN", Arns.queue(spec.queue()));
            event.put("awsRegion", Arns.REGION);
            records.add(event);
        }
        return Json.text(Map.of("Records", records));
    }

    /** Ids of the messages that failed: all of them unless the answer plainly says which. */
    private Set<String> failures(List<Object> messages, Optional<String> answer) {
        Set<String> all = new HashSet<>();
        messages.forEach(message -> all.add((String) Json.object(message).get("MessageId")));
        if (answer.isEmpty()) {
            return all;
        }
        if (!spec.reportBatchItemFailures()) {
            return Set.of();
        }
        return namedFailures(answer.get(), all);
    }

    /** What Lambda takes for "all is well" and for "all failed" stands in its guide, under partial batch responses. */
    static Set<String> namedFailures(String answer, Set<String> all) {
        Object value;
        try {
            value = Json.parse(answer);
        } catch (IOException e) {
            return all;
        }
        if (value == null) {
            return Set.of();
        }
        if (!(value instanceof Map<?, ?> response)) {
            return all;
        }
        Object list = response.get("batchItemFailures");
        if (list == null) {
            return Set.of();
        }
        if (!(list instanceof List<?> items)) {
            return all;
        }
        Set<String> failed = new HashSet<>();
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> map) || !(map.get("itemIdentifier") instanceof String id) || !all.contains(id)) {
                return all;
            }
            failed.add(id);
        }
        return failed;
    }

    private void delete(List<Object> messages, Set<String> failed) throws IOException, InterruptedException {
        for (Object each : messages) {
            Map<String, Object> message = Json.object(each);
            if (!failed.contains((String) message.get("MessageId"))) {
                Map<String, Object> request = new LinkedHashMap<>();
                request.put("QueueUrl", queueUrl);
                request.put("ReceiptHandle", message.get("ReceiptHandle"));
                try {
                    client.call("DeleteMessage", request);
                } catch (SqsClient.RefusedException e) {
                    // It was received again meanwhile, or set aside as a dead letter: it is someone else's now.
                    if (!e.is("ReceiptHandleIsInvalid")) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Stops asking for messages. A batch that a function holds is interrupted: its messages stay undeleted. */
    @Override
    public void close() {
        closed.countDown();
        pollers.forEach(Thread::interrupt);
        for (Thread poller : pollers) {
            try {
                poller.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
