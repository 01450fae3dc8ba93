package dev.truepipe.emulator.sqs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * <p>The file is written anew, without what is gone, when it is opened, and when most of it is about what is gone. ElasticMQ's
 * own persistence is no choice here: its database is one for the whole JVM, and it does not write a commit out at once.
 */
final class QueueJournal implements AutoCloseable {
    /** Lines about what is gone that are not worth a new file. */
    private static final int SPARE_LINES = 1_000;

    private final Path file;
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    private FileChannel out;
    private int lines;

    /** @param messages by id, in the order in which they came */
    record Queue(Map<String, Object> attributes, Map<String, Map<String, Object>> messages) {}

    /** @throws IOException if the file cannot be read or written */
    QueueJournal(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.getParent());
        if (Files.exists(file)) {
            read();
        }
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
        Queue before = queues.get(data.name());
        queues.put(data.name(), new Queue(attributes, before == null ? new LinkedHashMap<>() : before.messages()));
        append(ordered("queue", data.name(), "attributes", attributes));
    }

    private synchronized void deleted(String queue) {
        queues.remove(queue);
        append(ordered("deleted", queue));
    }

    private synchronized void put(String queue, InternalMessage message) {
        Map<String, Object> stored = StoredMessage.of(message);
        messages(queue).put(message.id(), stored);
        append(ordered("put", queue, "message", stored));
    }

    private synchronized void changed(String queue, InternalMessage message) {
        Map<String, Object> stored = messages(queue).get(message.id());
        if (stored != null) {
            Map<String, Object> state = StoredMessage.state(message);
            stored.putAll(state);
            append(ordered("changed", queue, "id", message.id(), "state", state));
        }
    }

    private synchronized void removed(String queue, String id) {
        if (messages(queue).remove(id) != null) {
            append(ordered("removed", queue, "id", id));
        }
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

    private void append(Map<String, Object> line) {
        try {
            write(out, line);
            lines++;
            int live = queues.size() + queues.values().stream().mapToInt(queue -> queue.messages().size()).sum();
            if (lines > 2 * live + SPARE_LINES) {
                writeAnew();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the queues' journal " + file, e);
        }
    }

    private void writeAnew() throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        FileChannel fresh = FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        int written = 0;
        for (Map.Entry<String, Queue> entry : queues.entrySet()) {
            write(fresh, ordered("queue", entry.getKey(), "attributes", entry.getValue().attributes()));
            written++;
            for (Map<String, Object> message : entry.getValue().messages().values()) {
                write(fresh, ordered("put", entry.getKey(), "message", message));
                written++;
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (out != null) {
            out.close();
        }
        out = fresh;
        lines = written;
    }

    private static void write(FileChannel to, Map<String, Object> line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
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

    /** What CreateQueue makes first: those that others name as their dead-letter queue. */
    static List<Map.Entry<String, Queue>> deadLettersFirst(Map<String, Queue> queues) {
        List<Map.Entry<String, Queue>> sorted = new ArrayList<>(queues.entrySet());
        sorted.sort((a, b) -> Boolean.compare(
                a.getValue().attributes().containsKey("RedrivePolicy"), b.getValue().attributes().containsKey("RedrivePolicy")));
        return sorted;
    }
}
