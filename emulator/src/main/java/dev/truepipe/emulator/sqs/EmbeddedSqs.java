package dev.truepipe.emulator.sqs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder$;

/**
 * SQS by ElasticMQ in this process, loopback only. Messages are kept in memory and end with it.
 *
 * <p>Safe for use by several threads. Signatures are not checked.
 */
public final class EmbeddedSqs implements AutoCloseable {
    private final SQSRestServer server;
    private final URI endpoint;
    private final SqsClient client;
    private final Map<String, String> urls = new ConcurrentHashMap<>();
    private final List<EventSourceMapping> mappings = new ArrayList<>();

    private EmbeddedSqs(SQSRestServer server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
        this.client = new SqsClient(endpoint);
    }

    /**
     * Starts and makes the queues, dead-letter queues first.
     *
     * @param port 0 for any free one
     * @throws IOException if the port is taken or a queue cannot be made
     */
    public static EmbeddedSqs start(int port, List<QueueSpec> queues) throws IOException, InterruptedException {
        SQSRestServer server = SQSRestServerBuilder$.MODULE$
                .withInterface("127.0.0.1")
                .withPort(port)
                .withAWSRegion(Arns.REGION)
                .withAWSAccountId(Arns.ACCOUNT)
                .start();
        InetSocketAddress address;
        try {
            address = server.waitUntilStarted().localAddress();
        } catch (RuntimeException e) {
            throw new IOException("embedded SQS did not start on 127.0.0.1 port " + port + ": " + e.getMessage(), e);
        }
        EmbeddedSqs sqs = new EmbeddedSqs(server, URI.create("http://127.0.0.1:" + address.getPort()));
        try {
            for (QueueSpec queue : deadLettersFirst(queues)) {
                sqs.create(queue);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            sqs.close();
            throw e;
        }
        return sqs;
    }

    public URI endpoint() {
        return endpoint;
    }

    /** @throws IllegalArgumentException if there is no such queue */
    public String queueUrl(String queue) {
        String url = urls.get(queue);
        if (url == null) {
            throw new IllegalArgumentException("no queue \"" + queue + "\"; there are " + urls.keySet());
        }
        return url;
    }

    /** Sends one message. @return its id */
    public String send(String queue, String body) {
        return (String) call("SendMessage", request(queue, "MessageBody", body)).get("MessageId");
    }

    /** How many messages wait, are being worked on, or are delayed. ElasticMQ counts exactly; SQS itself only roughly. */
    public Depth depth(String queue) {
        Map<String, Object> attributes = Json.object(call("GetQueueAttributes", request(queue, "AttributeNames", List.of("All")))
                .get("Attributes"));
        return new Depth(
                count(attributes, "ApproximateNumberOfMessages"),
                count(attributes, "ApproximateNumberOfMessagesNotVisible"),
                count(attributes, "ApproximateNumberOfMessagesDelayed"));
    }

    /** Takes the bodies of up to ten messages off a queue, without waiting: to look into a dead-letter queue. */
    public List<String> drain(String queue) {
        List<String> bodies = new ArrayList<>();
        Map<String, Object> request = request(queue, "MaxNumberOfMessages", 10L);
        for (Object each : Json.array(call("ReceiveMessage", request).getOrDefault("Messages", List.of()))) {
            Map<String, Object> message = Json.object(each);
            bodies.add((String) message.get("Body"));
            call("DeleteMessage", request(queue, "ReceiptHandle", message.get("ReceiptHandle")));
        }
        return bodies;
    }

    /**
     * Lets a function serve a queue until this closes.
     *
     * @param broke told what broke in handing over, not what failed in the function; the queue is served on
     * @throws IllegalArgumentException if there is no such queue
     */
    public void serve(EventSourceMappingSpec mapping, EventSourceMapping.Function function, Consumer<Exception> broke) {
        EventSourceMapping running = new EventSourceMapping(mapping, queueUrl(mapping.queue()), client, function, broke);
        synchronized (mappings) {
            mappings.add(running);
        }
        running.start();
    }

    /** Ends the mappings; messages of a batch under way stay undeleted. */
    public void stopServing() {
        synchronized (mappings) {
            mappings.forEach(EventSourceMapping::close);
            mappings.clear();
        }
    }

    /** Ends the mappings, then the queues, with what is in them. */
    @Override
    public void close() {
        stopServing();
        client.close();
        server.stopAndWait();
    }

    private void create(QueueSpec queue) throws IOException, InterruptedException {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("VisibilityTimeout", Long.toString(queue.visibilityTimeout().toSeconds()));
        if (queue.deadLetterQueue() != null) {
            queueUrl(queue.deadLetterQueue());
            Map<String, Object> redrive = new LinkedHashMap<>();
            redrive.put("deadLetterTargetArn", Arns.queue(queue.deadLetterQueue()));
            redrive.put("maxReceiveCount", Integer.toString(queue.maxReceiveCount()));
            attributes.put("RedrivePolicy", Json.text(redrive));
        }
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("QueueName", queue.name());
        request.put("Attributes", attributes);
        urls.put(queue.name(), (String) client.call("CreateQueue", request).get("QueueUrl"));
    }

    private static List<QueueSpec> deadLettersFirst(List<QueueSpec> queues) {
        List<QueueSpec> sorted = new ArrayList<>(queues);
        sorted.sort((a, b) -> Boolean.compare(a.deadLetterQueue() != null, b.deadLetterQueue() != null));
        return sorted;
    }

    private Map<String, Object> request(String queue, String name, Object value) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("QueueUrl", queueUrl(queue));
        request.put(name, value);
        return request;
    }

    private Map<String, Object> call(String operation, Map<String, Object> request) {
        try {
            return client.call(operation, request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in SQS " + operation, e);
        }
    }

    private static long count(Map<String, Object> attributes, String name) {
        return Long.parseLong((String) attributes.get(name));
    }

    /** @param visible waiting to be received
     *  @param inFlight received and neither deleted nor visible again
     *  @param delayed not to be received yet */
    public record Depth(long visible, long inFlight, long delayed) {
        public boolean isEmpty() {
            return visible + inFlight + delayed == 0;
        }
    }
}
