package dev.truepipe.bench;

import dev.truepipe.json.Json;
import dev.truepipe.split.Murmur3;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Lines in any order: equal if they are the same lines, each as often.
 *
 * @param count of lines
 * @param bytes of them, line feeds left out
 * @param hash the sum of their hashes
 */
record Lines(long count, long bytes, long hash) {
    static final Lines NONE = new Lines(0, 0, 0);

    private static final int BUFFER_BYTES = 1 << 20;

    static long hash(byte[] line, int from, int length) {
        return Murmur3.hash(line, from, length).high();
    }

    /** The lines of a file; none if there is no such file. */
    static Lines of(Path file) throws IOException {
        if (!Files.exists(file)) {
            return NONE;
        }
        Lines lines = NONE;
        byte[] buffer = new byte[BUFFER_BYTES];
        int held = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer, 0, buffer.length); read >= 0 || held > 0; read = in.read(buffer, held, buffer.length - held)) {
                int end = held + Math.max(read, 0);
                long count = 0;
                long hash = 0;
                int start = 0;
                for (int at = held; at < end; at++) {
                    if (buffer[at] == '\n') {
                        hash += hash(buffer, start, at - start);
                        count++;
                        start = at + 1;
                    }
                }
                lines = lines.plus(new Lines(count, start - count, hash));
                held = end - start;
                System.arraycopy(buffer, start, buffer, 0, held);
                if (read < 0) {
                    return lines.plus(new Lines(1, held, hash(buffer, 0, held)));
                }
            }
        }
        return lines;
    }

    Lines plus(Lines other) {
        return new Lines(count + other.count, bytes + other.bytes, hash + other.hash);
    }

    Lines minus(Lines other) {
        return new Lines(count - other.count, bytes - other.bytes, hash - other.hash);
    }

    Map<String, Object> toJson() {
        return Map.of("count", count, "bytes", bytes, "hash", hash);
    }

    static Lines fromJson(Object value) {
        Map<String, Object> json = Json.object(value);
        return new Lines((Long) json.get("count"), (Long) json.get("bytes"), (Long) json.get("hash"));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d lines of %,d bytes, hash %016x", count, bytes, hash);
    }
}
