package dev.truepipe.emulator.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Log groups and streams under one folder: {@code <folder>/<group>/<stream>.log}, slashes making folders.
 *
 * <p>One event is one line, {@code 2026-02-03T04:05:06.123Z text}; further lines of one event begin with a tab. What an
 * event says is kept as it was written, but for a carriage return at its end. Safe for use by several threads.
 */
public final class LogStore {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_./#\\-\\[\\]$]{1,512}");
    private static final String SUFFIX = ".log";

    private final Path folder;
    private final Clock clock;
    private final List<Consumer<LogEvent>> listeners = new CopyOnWriteArrayList<>();

    /** @param folder made when the first event arrives */
    public LogStore(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Appends one event, at the clock's time, and tells the listeners.
     *
     * @param group such as {@code /aws/sagemaker/TrainingJobs}
     * @param stream such as {@code <job>/algo-1-1770000000}
     * @throws IllegalArgumentException if a name has characters that CloudWatch Logs refuses, or climbs out of the folder
     * @throws UncheckedIOException if the file cannot be written
     */
    public void append(String group, String stream, String message) {
        Path file = file(group, stream);
        String text = message.endsWith("\r") ? message.substring(0, message.length() - 1) : message;
        LogEvent event;
        synchronized (this) {
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            event = new LogEvent(group, stream, now.toEpochMilli(), text);
            String line = now.toString() + " " + text.replace("\n", "\n\t") + "\n";
            try {
                Files.createDirectories(file.getParent());
                Files.writeString(file, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write log " + file, e);
            }
        }
        for (Consumer<LogEvent> listener : listeners) {
            listener.accept(event);
        }
    }

    /** Calls {@code listener} with each event from now on, on the thread that appends it, in the order of each stream. */
    public void onEvent(Consumer<LogEvent> listener) {
        listeners.add(listener);
    }

    /** All events of one stream, oldest first; empty if there is no such stream. */
    public List<LogEvent> read(String group, String stream) {
        List<LogEvent> events = new ArrayList<>();
        try (Stream<String> lines = Files.lines(file(group, stream), StandardCharsets.UTF_8)) {
            lines.forEach(line -> {
                if (line.startsWith("\t") && !events.isEmpty()) {
                    LogEvent last = events.removeLast();
                    events.add(new LogEvent(group, stream, last.timestamp(), last.message() + "\n" + line.substring(1)));
                } else {
                    events.add(parse(group, stream, line));
                }
            });
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read log " + file(group, stream), e);
        }
        return events;
    }

    /** Names of a group's streams, in order of name; empty if there is no such group. */
    public List<String> streams(String group) {
        Path root = groupFolder(group);
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list log group " + group + " in " + root, e);
        }
    }

    /** Where one stream's text lies, whether or not it was written yet. */
    public Path file(String group, String stream) {
        return resolve(groupFolder(group), "log stream", stream + SUFFIX);
    }

    private Path groupFolder(String group) {
        return resolve(folder, "log group", group.startsWith("/") ? group.substring(1) : group);
    }

    private static Path resolve(Path parent, String what, String name) {
        if (!NAME.matcher(name).matches() || List.of(name.split("/", -1)).contains("..") || name.startsWith("/")) {
            throw new IllegalArgumentException("not a name for a " + what + ": \"" + name + "\"");
        }
        return parent.resolve(name);
    }

    private static LogEvent parse(String group, String stream, String line) {
        int space = line.indexOf(' ');
        try {
            Instant time = Instant.parse(line.substring(0, Math.max(space, 0)));
            return new LogEvent(group, stream, time.toEpochMilli(), line.substring(space + 1));
        } catch (DateTimeParseException e) {
            throw new IllegalStateException(
                    "log stream " + group + " " + stream + " holds a line without a time, so something else wrote it: " + line, e);
        }
    }

    /** @param timestamp milliseconds since 1970
     *  @param message without a final newline */
    public record LogEvent(String group, String stream, long timestamp, String message) {}
}
