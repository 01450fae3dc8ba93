package dev.truepipe.emulator.sqs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.files.WholeFile;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.Props;
import org.elasticmq.DeadLettersQueueData;
import org.elasticmq.QueueData;
import org.elasticmq.actor.queue.InternalMessage;
import org.elasticmq.actor.queue.OperationSuccessful$;
import org.elasticmq.actor.queue.QueueEvent;

/**
 * What lies in the queues, as a file of JSON Lines: each event of ElasticMQ appends one, before the caller has its answer. So
 * whatever was answered is there after the process was killed, and a line cut short was never answered.
 *
 * <pre>
 * {"queue":"jobs","attributes":{"VisibilityTimeout":"30"}}        a queue, new or changed
 * {"put":"jobs","message":{"id":"…","body":"…",…}}                a message, new
 * {"changed":"jobs","id":"…","state":{"nextDelivery":…,…}}        received, or its visibility changed
 * {"removed":"jobs","id":"…"}                                     deleted, or gone to the dead-letter queue
 * {"deleted":"jobs"}                                              a queue with all in it
 * </pre>
 *
 * <p>An event that cannot be written, as when the disk is full, fails the call that caused it, and leaves the file and what is known of the
 * queues as they were: a line is there whole or not at all, and later ones can be written as soon as there is room.
 *
 * <p>The file is written anew, without what is gone, when it is opened, and when most of it is about what is gone. ElasticMQ's
 * own persistence is no choice here: its database is one for the whole JVM, and it does not write a commit out at once.
 */
final class QueueJournal implements AutoCloseable {
    /** Lines about what is gone that are not worth a new file. */
    private static final int SPARE_LINES = 1_000;

    private final Path file;
    private final UnaryOperator<SeekableByteChannel> through;
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    /** {@code null} before {@link #begin}: until then nothing is written, and the file is what an earlier process left. */
    private SeekableByteChannel out;
    /** Where the last whole line ends, in bytes. */
    private long end;
    private int lines;
    /** How many lines the file may have before it is written anew; more after each time that this failed. */
    private int mostLines;

    /** @param messages by id, in the order in which they came */
    record Queue(Map<String, Object> attributes, Map<String, Map<String, Object>> messages) {}

    /** Reads what an earlier process left. @throws IOException if the file cannot be read */
    QueueJournal(Path file) throws IOException {
        this(file, UnaryOperator.identity());
    }

    /** @param through what each line is written through: a test's full disk */
    QueueJournal(Path file, UnaryOperator<SeekableByteChannel> through) throws IOException {
        this.file = file;
        this.through = through;
        if (Files.exists(file)) {
            read();
        }
    }

    /** Writes each event from now on, after what is in the queues now. @throws IOException if the file cannot be written */
    synchronized void begin() throws IOException {
        writeAnew();
    }

    /** What was in the queues when the journal was opened, by name. */
    synchronized Map<String, Queue> queues() {
        Map<String, Queue> copy = new LinkedHashMap<>();
        queues.forEach((name, queue) -> copy.put(name, new Queue(queue.attributes(), new LinkedHashMap<>(queue.messages()))));
        return copy;
    }

    /** The actor that ElasticMQ tells of its events, and waits for. */
    Props listener() {
        return Props.create(Listener.class, () -> new Listener(this));
    }

    private static final class Listener extends AbstractActor {
        private final QueueJournal journal;

        private Listener(QueueJournal journal) {
            this.journal = journal;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(QueueEvent.QueueCreated.class, event -> journal.queue(event.queue()))
                    .match(QueueEvent.QueueMetadataUpdated.class, event -> journal.queue(event.queue()))
                    .match(QueueEvent.QueueDeleted.class, event -> journal.deleted(event.queueName()))
                    .match(QueueEvent.MessageAdded.class, event -> done(() -> journal.put(event.queueName(), event.message())))
                    .match(QueueEvent.MessageUpdated.class, event -> done(() -> journal.changed(event.queueName(), event.message())))
                    .match(QueueEvent.MessageRemoved.class, event -> done(() -> journal.removed(event.queueName(), event.messageId())))
                    .build();
        }

        /** An event whose sender waits. Unanswered, because the disk is full, it fails the call that caused it. */
        private void done(Runnable write) {
            write.run();
            sender().tell(OperationSuccessful$.MODULE$, self());
        }
    }

    private synchronized void queue(QueueData data) {
        Map<String, Object> attributes = attributes(data);
        append(ordered("queue", data.name(), "attributes", attributes));
        Queue before = queues.get(data.name());
        queues.put(data.name(), new Queue(attributes, before == null ? new LinkedHashMap<>() : before.messages()));
    }

    private synchronized void deleted(String queue) {
        append(ordered("deleted", queue));
        queues.remove(queue);
    }

    private synchronized void put(String queue, InternalMessage message) {
        Map<String, Object> stored = StoredMessage.of(message);
        append(ordered("put", queue, "message", stored));
        messages(queue).put(message.id(), stored);
    }

    private synchronized void changed(String queue, InternalMessage message) {
        Map<String, Object> stored = known(queue).get(message.id());
        if (stored != null) {
            Map<String, Object> state = StoredMessage.state(message);
            append(ordered("changed", queue, "id", message.id(), "state", state));
            stored.putAll(state);
        }
    }

    private synchronized void removed(String queue, String id) {
        if (known(queue).containsKey(id)) {
            append(ordered("removed", queue, "id", id));
            known(queue).remove(id);
        }
    }

    /** None of a queue that is gone: an event that comes late does not bring it back. */
    private Map<String, Map<String, Object>> known(String queue) {
        return queues.containsKey(queue) ? queues.get(queue).messages() : Map.of();
    }

    private Map<String, Map<String, Object>> messages(String queue) {
        return queues.computeIfAbsent(queue, _ -> new Queue(Map.of(), new LinkedHashMap<>())).messages();
    }

    private void read() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines++;
                try {
                    replay(Json.parseObject(java.util.Arrays.copyOfRange(bytes, from, i)));
                } catch (IOException | RuntimeException e) {
                    throw new IOException(file + ":" + lines + ": not a line of this journal (" + e.getMessage()
                            + "); move the file away to start with empty queues", e);
                }
                from = i + 1;
            }
        }
    }

    private void replay(Map<String, Object> line) {
        if (line.get("queue") instanceof String name) {
            Queue before = queues.get(name);
            queues.put(name, new Queue(Json.object(line.get("attributes")), before == null ? new LinkedHashMap<>() : before.messages()));
        } else if (line.get("put") instanceof String queue) {
            Map<String, Object> message = new LinkedHashMap<>(Json.object(line.get("message")));
            messages(queue).put((String) message.get("id"), message);
        } else if (line.get("changed") instanceof String queue) {
            messages(queue).get((String) line.get("id")).putAll(Json.object(line.get("state")));
        } else if (line.get("removed") instanceof String queue) {
            messages(queue).remove((String) line.get("id"));
        } else if (line.get("deleted") instanceof String queue) {
            queues.remove(queue);
        } else {
            throw new IllegalArgumentException("no known event: " + line.keySet());
        }
    }

    /** Appends one line, before what it tells is made known: what is known then is what the file tells, less this line. */
    private void append(Map<String, Object> line) {
        if (out == null) {
            return; // begin() writes all that is known by then
        }
        try {
            if (lines > mostLines) {
                shorten();
            }
            if (out.size() > end) {
                out.truncate(end); // what a full disk left of a line
            }
            WholeFile.all(out, bytes(line));
            end = out.position();
            lines++;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the queues' journal " + file, e);
        }
    }

    /** Writes the file anew, or goes on with the one there is, which is whole and only longer than it need be, until it has twice the lines. */
    private void shorten() {
        try {
            writeAnew();
        } catch (IOException later) {
            mostLines = 2 * lines;
        }
    }

    private void writeAnew() throws IOException {
        int[] written = new int[1];
        SeekableByteChannel fresh = through.apply(WholeFile.open(file, to -> {
            for (Map.Entry<String, Queue> entry : queues.entrySet()) {
                WholeFile.all(to, bytes(ordered("queue", entry.getKey(), "attributes", entry.getValue().attributes())));
                written[0]++;
                for (Map<String, Object> message : entry.getValue().messages().values()) {
                    WholeFile.all(to, bytes(ordered("put", entry.getKey(), "message", message)));
                    written[0]++;
                }
            }
        }));
        SeekableByteChannel before = out;
        out = fresh;
        end = fresh.position();
        lines = written[0];
        mostLines = 2 * lines + SPARE_LINES;
        if (before != null) {
            before.close();
        }
    }

    private static byte[] bytes(Map<String, Object> line) {
        return (Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    /** As CreateQueue takes them. */
    private static Map<String, Object> attributes(QueueData data) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("VisibilityTimeout", Long.toString(data.defaultVisibilityTimeout().seconds()));
        attributes.put("DelaySeconds", Long.toString(data.delay().toSeconds()));
        attributes.put("ReceiveMessageWaitTimeSeconds", Long.toString(data.receiveMessageWait().toSeconds()));
        if (data.isFifo()) {
            attributes.put("FifoQueue", "true");
            attributes.put("ContentBasedDeduplication", Boolean.toString(data.hasContentBasedDeduplication()));
        }
        if (data.deadLettersQueue().isDefined()) {
            DeadLettersQueueData dead = data.deadLettersQueue().get();
            attributes.put("RedrivePolicy", redrivePolicy(dead.name(), dead.maxReceiveCount()));
        }
        return attributes;
    }

    static String redrivePolicy(String deadLetterQueue, int maxReceiveCount) {
        return Json.text(ordered("deadLetterTargetArn", Arns.queue(deadLetterQueue), "maxReceiveCount", Integer.toString(maxReceiveCount)));
    }

    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
