package dev.truepipe.emulator.sagemaker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * An augmented manifest as it was when the job began: read once, kept in an unnamed file, so that every epoch streams the
 * same lines. Eight bytes of memory a line. Blank lines are no lines; AWS does not say what it does with them.
 */
final class ManifestLines implements AutoCloseable {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final S3Uri uri;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment text;
    private final long[] starts;

    /** @throws InputFailure if there is no such manifest, or it cannot be read */
    ManifestLines(ObjectStore store, S3Uri uri, Path folder) throws InputFailure, IOException {
        this.uri = uri;
        Path copy = Files.createTempFile(folder, ".manifest-", "");
        try {
            try (InputStream in = store.open(uri, null, null)) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new InputFailure("cannot read the manifest " + uri + ": " + e.getMessage(), e);
            }
            try (FileChannel file = FileChannel.open(copy, StandardOpenOption.READ)) {
                text = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
            }
        } catch (IOException | InputFailure | RuntimeException e) {
            arena.close();
            throw e;
        } finally {
            Files.deleteIfExists(copy);
        }
        starts = starts();
    }

    int count() {
        return starts.length;
    }

    /**
     * What is streamed for one line.
     *
     * @param index from 0, among the lines that are not blank
     * @throws InputFailure if the line is not a JSON object or lacks an attribute; names manifest, line and byte
     */
    Part[] parts(int index, List<String> attributeNames) throws InputFailure {
        byte[] line = line(index);
        Part[] parts = new Part[attributeNames.size()];
        try (JsonParser parser = FACTORY.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw failure(index, "is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                int at = attributeNames.indexOf(name);
                if (at < 0) {
                    parser.skipChildren();
                } else {
                    Part part = part(index, name, token, parser, line);
                    for (int i = at; i < parts.length; i++) {
                        if (attributeNames.get(i).equals(name)) {
                            parts[i] = part;
                        }
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw failure(index, "is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory", e);
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
    InputFailure failure(int index, String complaint) {
        long start = starts[index];
        long number = 1;
        for (long i = 0; i < start; i++) {
            if (text.get(ValueLayout.JAVA_BYTE, i) == '\n') {
                number++;
            }
        }
        return new InputFailure(uri + ":" + number + " (byte " + start + ") " + complaint, null);
    }

    @Override
    public void close() {
        arena.close();
    }

    private Part part(int index, String name, JsonToken token, JsonParser parser, byte[] line) throws IOException, InputFailure {
        if (name.endsWith("-ref")) {
            if (token != JsonToken.VALUE_STRING) {
                throw failure(index, "has no S3 URI in \"" + name + "\": every attribute whose name ends in -ref must hold one");
            }
            try {
                return new Reference(name, S3Uri.parse(parser.getText()));
            } catch (IllegalArgumentException e) {
                throw failure(index, "has no S3 URI in \"" + name + "\": " + e.getMessage());
            }
        }
        return switch (token) {
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                new Text(parser.getText().getBytes(StandardCharsets.UTF_8));
            case START_OBJECT, START_ARRAY -> {
                int from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.skipChildren();
                yield new Text(Arrays.copyOfRange(line, from, Math.toIntExact(parser.currentLocation().getByteOffset())));
            }
            default -> throw failure(index, "has " + parser.getText() + " as \"" + name
                    + "\"; a streamed attribute is a string, a number, an object or an array");
        };
    }

    private byte[] line(int index) {
        long start = starts[index];
        long end = start;
        while (end < text.byteSize() && text.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            end++;
        }
        return text.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE);
    }

    private long[] starts() {
        long[] found = new long[64];
        int count = 0;
        long start = 0;
        boolean blank = true;
        for (long i = 0; i <= text.byteSize(); i++) {
            byte b = i < text.byteSize() ? text.get(ValueLayout.JAVA_BYTE, i) : (byte) '\n';
            if (b == '\n') {
                if (!blank) {
                    if (count == found.length) {
                        found = Arrays.copyOf(found, count * 2);
                    }
                    found[count++] = start;
                }
                start = i + 1;
                blank = true;
            } else if (b != ' ' && b != '\t' && b != '\r') {
                blank = false;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** One attribute of one line. */
    sealed interface Part {}

    /** Streamed as it stands. */
    record Text(byte[] bytes) implements Part {}

    /** Streamed as the object's content. */
    record Reference(String attribute, S3Uri object) implements Part {}
}
