package dev.truepipe.emulator.events;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * SNS topics whose only subscriber is a mailbox: {@code <folder>/<topic>.jsonl}, one message on each line.
 *
 * <p>No endpoint: only the state machine and rules publish. Safe for use by several threads.
 */
public final class Topics {
    /** SNS's limits of a message and of a subject. */
    private static final int MAX_MESSAGE_BYTES = 256 * 1024;

    private static final int MAX_SUBJECT_CHARACTERS = 100;

    private final Path folder;
    private final Set<String> topics;
    private final Clock clock;
    private final List<Consumer<Message>> listeners = new CopyOnWriteArrayList<>();

    /** SNS would refuse the call. The code is SNS's own. */
    public static final class RefusedException extends Exception {
        private final String code;

        RefusedException(String code, String message) {
            super(message);
            this.code = code;
        }

        /** {@code InvalidParameter} or {@code NotFound}. */
        public String code() {
            return code;
        }
    }

    public Topics(Path folder, Set<String> topics, Clock clock) {
        this.folder = folder;
        this.topics = Set.copyOf(topics);
        this.clock = clock;
    }

    /**
     * Puts a message into a topic's mailbox and tells the listeners.
     *
     * @param topic name or ARN
     * @param subject ASCII, at most 100 characters, no line break; {@code null} for none
     * @return the message's id
     * @throws RefusedException if there is no such topic, or SNS refuses the subject or the message
     */
    public String publish(String topic, String subject, String text) throws RefusedException {
        String name = Arns.name(topic);
        if (!topics.contains(name)) {
            throw new RefusedException("NotFound", "Topic does not exist: " + topic);
        }
        if (text == null || text.isEmpty()) {
            throw new RefusedException("InvalidParameter", "Invalid parameter: Empty message");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_MESSAGE_BYTES) {
            throw new RefusedException("InvalidParameter", "Invalid parameter: Message too long");
        }
        if (subject != null && !isSubject(subject)) {
            throw new RefusedException(
                    "InvalidParameter",
                    "Invalid parameter: Subject (1 to 100 printable ASCII characters, not beginning with a space): " + subject);
        }
        Message message = new Message(UUID.randomUUID().toString(), name, subject, text, clock.instant());
        synchronized (this) {
            try {
                Files.createDirectories(folder);
                Files.writeString(
                        mailbox(name), Json.text(message.fields()) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write mailbox " + mailbox(name), e);
            }
        }
        for (Consumer<Message> listener : listeners) {
            listener.accept(message);
        }
        return message.id();
    }

    /** Calls {@code listener} with each message from now on, on the publisher's thread. */
    public void onMessage(Consumer<Message> listener) {
        listeners.add(listener);
    }

    /** All messages of a topic, oldest first. */
    public List<Message> messages(String topic) {
        List<Message> messages = new ArrayList<>();
        Path mailbox = mailbox(Arns.name(topic));
        if (Files.exists(mailbox)) {
            try {
                for (String line : Files.readAllLines(mailbox)) {
                    messages.add(Message.of(Json.object(Json.parse(line))));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read mailbox " + mailbox, e);
            }
        }
        return messages;
    }

    /** The file that a topic's messages are appended to; there is none before the first. */
    public Path mailbox(String topic) {
        return folder.resolve(topic + ".jsonl");
    }

    private static boolean isSubject(String subject) {
        return !subject.isEmpty()
                && subject.length() <= MAX_SUBJECT_CHARACTERS
                && subject.charAt(0) != ' '
                && subject.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    /** @param subject may be {@code null} */
    public record Message(String id, String topic, String subject, String text, Instant time) {
        private Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("Type", "Notification");
            fields.put("MessageId", id);
            fields.put("TopicArn", Arns.topic(topic));
            fields.put("Subject", subject);
            fields.put("Message", text);
            fields.put("Timestamp", time.toString());
            return fields;
        }

        private static Message of(Map<String, Object> fields) {
            return new Message(
                    (String) fields.get("MessageId"),
                    Arns.name((String) fields.get("TopicArn")),
                    (String) fields.get("Subject"),
                    (String) fields.get("Message"),
                    Instant.parse((String) fields.get("Timestamp")));
        }
    }
}
