package dev.truepipe.emulator.sqs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.pattern.Patterns;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.msg.LookupQueue;
import org.elasticmq.msg.RestoreMessages;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder$;
import org.elasticmq.util.NowProvider;
import scala.Option;
import scala.concurrent.Await;

/**
 * SQS by ElasticMQ in this process, loopback only. Queues and messages are kept in a file too, so they outlive the process,
 * however it ends: a message that was received and not deleted is seen again when its visibility timeout is over.
 *
 * <p>Safe for use by several threads. Signatures are not checked.
 */
public final class EmbeddedSqs implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ActorSystem actors;
    private final SQSRestServer server;
    private final QueueJournal journal;
    private final URI endpoint;
    private final SqsClient client;
    private final Map<String, String> urls = new ConcurrentHashMap<>();
    private final List<EventSourceMapping> mappings = new ArrayList<>();

    private EmbeddedSqs(ActorSystem actors, SQSRestServer server, QueueJournal journal, URI endpoint) {
        this.actors = actors;
        this.server = server;
        this.journal = journal;
        this.endpoint = endpoint;
        this.client = new SqsClient(endpoint);
    }

    /**
     * Starts, makes the queues, dead-letter queues first, and puts back what was in them.
     *
     * @param folder holds {@code queues.jsonl}; kept from one start to the next
     * @param port 0 for any free one
     * @throws IOException if the port is taken, a queue cannot be made, or the folder cannot be read or written
     */
    public static EmbeddedSqs start(Path folder, int port, List<QueueSpec> queues) throws IOException, InterruptedException {
        QueueJournal journal = new QueueJournal(folder.resolve("queues.jsonl"));
        Map<String, QueueJournal.Queue> earlier = journal.queues();
        ActorSystem actors = ActorSystem.create("elasticmq");
        EmbeddedSqs sqs = null;
        try {
            ActorRef listener = actors.actorOf(journal.listener());
            ActorRef manager = actors.actorOf(Props.create(QueueManagerActor.class,
                    () -> new QueueManagerActor(new NowProvider(), StrictSQSLimits$.MODULE$, Option.apply(listener))));
            SQSRestServer server = SQSRestServerBuilder$.MODULE$
                    .withActorSystem(actors)
                    .withQueueManagerActor(manager)
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
            sqs = new EmbeddedSqs(actors, server, journal, URI.create("http://127.0.0.1:" + address.getPort()));
            sqs.fill(manager, queues, earlier);
            return sqs;
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (sqs == null) {
                actors.terminate();
                journal.close();
            } else {
                sqs.close();
            }
            throw e;
        }
    }

    /** Makes the queues as described, and those that callers made of their own; then puts their messages back. */
    private void fill(ActorRef manager, List<QueueSpec> described, Map<String, QueueJournal.Queue> earlier) throws IOException, InterruptedException {
        for (QueueSpec queue : deadLettersFirst(described)) {
            create(queue);
        }
        for (Map.Entry<String, QueueJournal.Queue> queue : QueueJournal.deadLettersFirst(earlier)) {
            if (!urls.containsKey(queue.getKey())) {
                create(queue.getKey(), queue.getValue().attributes());
            }
            if (!queue.getValue().messages().isEmpty()) {
                Option<?> actor = (Option<?>) answer(Patterns.ask(manager, new LookupQueue(queue.getKey()), PATIENCE));
                answer(Patterns.ask((ActorRef) actor.get(), new RestoreMessages(StoredMessage.restored(queue.getValue().messages().values())), PATIENCE));
            }
        }
    }

    private static Object answer(CompletionStage<Object> asked) throws IOException, InterruptedException {
        try {
            return asked.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException("embedded SQS did not take its messages back: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /** Takes SQS calls that came to another address. */
    public AwsEndpoint.Elsewhere forwarder() {
        return new SqsForwarder(endpoint, client.http());
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

    /** What lies in each queue, by name, in order of name: those described and those that callers made. */
    public Map<String, Depth> depths() {
        Map<String, Depth> depths = new TreeMap<>();
        for (Object url : Json.array(call("ListQueues", Map.of()).getOrDefault("QueueUrls", List.of()))) {
            depths.put(url.toString().substring(url.toString().lastIndexOf('/') + 1), depthAt(url.toString()));
        }
        return depths;
    }

    /** Sends one message. @return its id */
    public String send(String queue, String body) {
        return (String) call("SendMessage", request(queue, "MessageBody", body)).get("MessageId");
    }

    /** How many messages wait, are being worked on, or are delayed. ElasticMQ counts exactly; SQS itself only roughly. */
    public Depth depth(String queue) {
        return depthAt(queueUrl(queue));
    }

    private Depth depthAt(String url) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("QueueUrl", url);
        request.put("AttributeNames", List.of("All"));
        Map<String, Object> attributes = Json.object(call("GetQueueAttributes", request).get("Attributes"));
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

    /** Ends the mappings, then the queues; what is in them is kept. */
    @Override
    public void close() {
        stopServing();
        client.close();
        server.stopAndWait();
        try {
            actors.terminate();
            Await.ready(actors.whenTerminated(), scala.concurrent.duration.Duration.create(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            journal.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | IOException e) {
            throw new IllegalStateException("embedded SQS did not end well", e);
        }
    }

    private void create(QueueSpec queue) throws IOException, InterruptedException {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("VisibilityTimeout", Long.toString(queue.visibilityTimeout().toSeconds()));
        if (queue.deadLetterQueue() != null) {
            queueUrl(queue.deadLetterQueue());
            attributes.put("RedrivePolicy", QueueJournal.redrivePolicy(queue.deadLetterQueue(), queue.maxReceiveCount()));
        }
        create(queue.name(), attributes);
    }

    private void create(String queue, Map<String, Object> attributes) throws IOException, InterruptedException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("QueueName", queue);
        request.put("Attributes", attributes);
        urls.put(queue, (String) client.call("CreateQueue", request).get("QueueUrl"));
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
