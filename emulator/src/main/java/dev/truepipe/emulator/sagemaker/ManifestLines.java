package dev.truepipe.emulator.sagemaker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.S3Uri;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * An augmented manifest as it was when the job began: read once, kept in an unnamed file, so that every epoch streams the
 * same lines. Eight bytes of memory a line, and one window of the file. Blank lines are no lines; AWS does not say what it
 * does with them. For one thread.
 */
final class ManifestLines implements AutoCloseable {
    /** Longest line, in bytes; AWS does not name one. */
    static final int MAX_LINE_BYTES = 16 << 20;

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int WINDOW_BYTES = 1 << 17;

    private final String name;
    private final FileChannel file;
    private long[] starts = new long[64];
    private int count;
    private long size;
    /** Bytes of the file from {@code windowStart} on, as many as {@code windowLength}. */
    private byte[] window = new byte[WINDOW_BYTES];
    private long windowStart;
    private int windowLength;
    private long previousEnd;

    /** @throws InputFailure if there is no such manifest, or it cannot be read */
    ManifestLines(ManifestSource source, ObjectSource objects, Path folder) throws InputFailure, IOException {
        name = source.name();
        Path copy = Files.createTempFile(folder, ".manifest-", "");
        try {
            file = FileChannel.open(copy, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(copy);
        }
        try (InputStream in = open(source, objects)) {
            copy(in);
        } catch (IOException | InputFailure | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static InputStream open(ManifestSource source, ObjectSource objects) throws InputFailure {
        try {
            return source.open(objects);
        } catch (IOException e) {
            throw unreadable(source.name(), e);
        }
    }

    private static InputFailure unreadable(String name, IOException e) {
        return new InputFailure("cannot read the manifest " + name + ": " + e.getMessage(), e);
    }

    int count() {
        return count;
    }

    /**
     * What is streamed for one line.
     *
     * @param index from 0, among the lines that are not blank
     * @throws InputFailure if the line is not a JSON object or lacks an attribute; names manifest, line and byte
     */
    Part[] parts(int index, List<String> attributeNames) throws InputFailure, IOException {
        long start = starts[index];
        long end = index + 1 < count ? starts[index + 1] : size;
        if (end - start > MAX_LINE_BYTES) {
            throw failure(index, "is longer than " + MAX_LINE_BYTES + " bytes; take it out");
        }
        int length = (int) (end - start);
        show(start, length);
        int offset = (int) (start - windowStart);
        Part[] parts = new Part[attributeNames.size()];
        try (JsonParser parser = FACTORY.createParser(window, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw failure(index, "is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String attribute = parser.currentName();
                JsonToken token = parser.nextToken();
                int at = attributeNames.indexOf(attribute);
                if (at < 0) {
                    parser.skipChildren();
                } else {
                    Part part = part(index, attribute, token, parser, offset);
                    for (int i = at; i < parts.length; i++) {
                        if (attributeNames.get(i).equals(attribute)) {
                            parts[i] = part;
                        }
                    }
                }
            }
            if (parser.nextToken() != null) {
                throw failure(index, "goes on after its JSON object");
            }
        } catch (JsonProcessingException e) {
            throw failure(index, "is not JSON: " + e.getOriginalMessage());
        }
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == null) {
                throw failure(index, "has no attribute \"" + attributeNames.get(i)
                        + "\"; take the line out or correct AttributeNames");
            }
        }
        return parts;
    }

    /** A complaint about one line, in the words that end up in the job's {@code FailureReason}. */
    InputFailure failure(int index, String complaint) throws IOException {
        long start = starts[index];
        long number = 1;
        byte[] bytes = new byte[WINDOW_BYTES];
        for (long at = 0; at < start; at += bytes.length) {
            int some = (int) Math.min(bytes.length, start - at);
            read(at, bytes, some);
            for (int i = 0; i < some; i++) {
                if (bytes[i] == '\n') {
                    number++;
                }
            }
        }
        return new InputFailure(name + ":" + number + " (byte " + start + ") " + complaint, null);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private Part part(int index, String attribute, JsonToken token, JsonParser parser, int offset) throws IOException, InputFailure {
        if (attribute.endsWith("-ref")) {
            if (token != JsonToken.VALUE_STRING) {
                throw failure(index, "has no S3 URI in \"" + attribute + "\": every attribute whose name ends in -ref must hold one");
            }
            try {
                return new Reference(attribute, S3Uri.parse(parser.getText()));
            } catch (IllegalArgumentException e) {
                throw failure(index, "has no S3 URI in \"" + attribute + "\": " + e.getMessage());
            }
        }
        return switch (token) {
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                new Text(parser.getText().getBytes(StandardCharsets.UTF_8));
            case START_OBJECT, START_ARRAY -> {
                int from = offset + (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                yield new Text(Arrays.copyOfRange(window, from, offset + (int) parser.currentLocation().getByteOffset()));
            }
            default -> throw failure(index, "has " + parser.getText() + " as \"" + attribute
                    + "\"; a streamed attribute is a string, a number, an object or an array");
        };
    }

    /** Brings these bytes into the window; reads ahead when lines come in the manifest's order. */
    private void show(long start, int length) throws IOException {
        if (start < windowStart || start + length > windowStart + windowLength) {
            int wanted = start == previousEnd ? Math.clamp(size - start, length, Math.max(length, WINDOW_BYTES)) : length;
            if (window.length < wanted) {
                window = new byte[wanted];
            }
            windowLength = 0;
            read(start, window, wanted);
            windowStart = start;
            windowLength = wanted;
        }
        previousEnd = start + length;
    }

    private void read(long from, byte[] into, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, from + buffer.position()) < 0) {
                throw new EOFException("the copy of the manifest " + name + " has become shorter");
            }
        }
    }

    /** Copies the manifest and notes where lines begin. */
    private void copy(InputStream in) throws InputFailure, IOException {
        boolean blank = true;
        long start = 0;
        while (true) {
            int some;
            try {
                some = in.read(window);
            } catch (IOException e) {
                throw unreadable(name, e);
            }
            if (some < 0) {
                break;
            }
            for (int i = 0; i < some; i++) {
                byte b = window[i];
                if (b == '\n') {
                    start = size + i + 1;
                    blank = true;
                } else if (blank && b != ' ' && b != '\t' && b != '\r') {
                    blank = false;
                    if (count == starts.length) {
                        starts = Arrays.copyOf(starts, count * 2);
                    }
                    starts[count++] = start;
                }
            }
            ByteBuffer bytes = ByteBuffer.wrap(window, 0, some);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            size += some;
        }
    }

    /** One attribute of one line. */
    sealed interface Part {}

    /** Streamed as it stands. */
    record Text(byte[] bytes) implements Part {}

    /** Streamed as the object's content. */
    record Reference(String attribute, S3Uri object) implements Part {}
}
