package dev.truepipe.bench.contestants;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.truepipe.split.HoldOut;
import dev.truepipe.split.Murmur3;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Splits a manifest with Jackson's streaming parser, as carefully as we can: bytes in, bytes out, one parser over
 * all whole lines of a buffer, no tree, no text made of what is only looked at, numbers by the fast readers, lines written from the read buffer.
 * It sides objects by Truepipe's hash, and does not look for duplicate keys or newer labels. The rules: {@code bench/README.md}.
 */
public final class JacksonStreaming {
    private static final int IN = 1 << 20;
    private static final int OUT = 1 << 18;
    private static final int TRAIN = 0;
    private static final int VALIDATION = 1;
    private static final int QUARANTINE = 2;
    private static final int NO_OBJECT = -1;
    private static final HoldOut HOLD_OUT = new HoldOut(2_000, 1);

    private final JsonFactory factory = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();
    private final Murmur3 murmur = new Murmur3();
    private final BitSet used = new BitSet();
    private final BitSet named = new BitSet();
    private final long[] counts = new long[3];
    private final Buffered[] out = new Buffered[3];
    private byte[] text = new byte[1 << 10];
    private int textLength;
    private double width;
    private double height;
    private double right;
    private double bottom;
    private boolean annotated;
    private boolean mapped;
    private boolean bad;

    private final boolean tokensOnly;

    private JacksonStreaming(boolean tokensOnly) {
        this.tokensOnly = tokensOnly;
    }

    /** @param arguments the manifest, the folder to write into, and perhaps {@code tokens}: the parser's own share, nothing looked at or written */
    public static void main(String[] arguments) throws IOException {
        new JacksonStreaming(arguments.length > 2).split(arguments[0], arguments[1]);
    }

    private void split(String manifest, String folder) throws IOException {
        String[] names = {"train", "validation", "quarantine"};
        for (int i = 0; i < names.length; i++) {
            out[i] = new Buffered(new FileOutputStream(folder + "/" + names[i] + ".manifest"));
        }
        byte[] buffer = new byte[IN];
        int held = 0;
        try (InputStream in = new FileInputStream(manifest)) {
            for (int read = in.read(buffer, 0, IN); read >= 0; read = in.read(buffer, held, buffer.length - held)) {
                int end = held + read;
                int whole = end;
                while (whole > 0 && buffer[whole - 1] != '\n') {
                    whole--;
                }
                for (int start = 0; start < whole; ) {
                    start = lines(buffer, start, whole);
                }
                held = end - whole;
                System.arraycopy(buffer, whole, buffer, 0, held);
                if (held == buffer.length) {
                    buffer = Arrays.copyOf(buffer, 2 * held);
                }
            }
        }
        for (Buffered file : out) {
            file.close();
        }
        System.out.println("{\"lines\":" + (counts[0] + counts[1] + counts[2]) + ",\"accepted\":" + (counts[TRAIN] + counts[VALIDATION])
                + ",\"quarantined\":" + counts[QUARANTINE] + ",\"train\":" + counts[TRAIN] + ",\"validation\":" + counts[VALIDATION] + "}");
    }

    /**
     * Reads line after line with one parser, to the end or past the first line that is not one JSON object, after which a parser cannot go on.
     *
     * @return where the next line starts
     */
    private int lines(byte[] buffer, int from, int end) throws IOException {
        int start = from;
        try (JsonParser parser = factory.createParser(buffer, from, end - from)) {
            for (int row = 1; start < end; row++) {
                int side = side(parser);
                JsonLocation after = parser.currentLocation();
                int feed = from + (int) after.getByteOffset();
                while (feed < end && (buffer[feed] == ' ' || buffer[feed] == '\r' || buffer[feed] == '\t')) {
                    feed++;
                }
                // An object that goes on past its line swallowed others; so did one with something behind it.
                if (side == NO_OBJECT || after.getLineNr() != row || feed == end || buffer[feed] != '\n') {
                    break;
                }
                write(side, buffer, start, feed + 1 - start);
                start = feed + 1;
            }
            if (start == end) {
                return end;
            }
        } catch (JsonProcessingException e) {
            // Not JSON: quarantined below.
        }
        int feed = start;
        while (buffer[feed] != '\n') {
            feed++;
        }
        write(QUARANTINE, buffer, start, feed + 1 - start);
        return feed + 1;
    }

    private void write(int side, byte[] buffer, int start, int length) throws IOException {
        counts[side]++;
        if (!tokensOnly) {
            out[side].write(buffer, start, length);
        }
    }

    private int side(JsonParser parser) throws IOException {
        used.clear();
        named.clear();
        textLength = -1;
        width = 0;
        height = 0;
        right = 0;
        bottom = 0;
        annotated = false;
        mapped = false;
        bad = false;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return NO_OBJECT;
        }
        if (tokensOnly) {
            parser.skipChildren();
            return TRAIN;
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "source-ref" -> source(parser, value);
                case "cars" -> label(parser, value);
                case "cars-metadata" -> metadata(parser, value);
                default -> parser.skipChildren();
            }
        }
        used.andNot(named);
        if (bad || !annotated || !mapped || textLength < 0 || width <= 0 || height <= 0 || right > width || bottom > height || !used.isEmpty()) {
            return QUARANTINE;
        }
        return HOLD_OUT.holds(murmur.reset().update(text, 0, textLength).finish()) ? VALIDATION : TRAIN;
    }

    private void source(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            bad = true;
            return;
        }
        char[] chars = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int length = parser.getTextLength();
        text = text.length < length ? new byte[length] : text;
        textLength = length;
        for (int i = 0; i < length; i++) {
            char c = chars[from + i];
            if (c >= 0x80) {
                text = parser.getText().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                textLength = text.length;
                break;
            }
            text[i] = (byte) c;
        }
        bad |= textLength < 5 || text[0] != 's' || text[1] != '3' || text[2] != ':' || text[3] != '/' || text[4] != '/';
    }

    private void label(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            bad = true;
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken inner = parser.nextToken();
            boolean boxes = name.equals("annotations");
            if (!boxes && !name.equals("image_size")) {
                parser.skipChildren();
            } else if (inner != JsonToken.START_ARRAY) {
                bad = true;
                parser.skipChildren();
            } else {
                annotated |= boxes;
                boolean first = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        bad = true;
                        parser.skipChildren();
                    } else if (boxes) {
                        box(parser);
                    } else if (first) {
                        size(parser);
                    } else {
                        parser.skipChildren();
                    }
                    first = false;
                }
            }
        }
    }

    private void size(JsonParser parser) throws IOException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "width" -> width = number(parser, value);
                case "height" -> height = number(parser, value);
                default -> parser.skipChildren();
            }
        }
    }

    private void box(JsonParser parser) throws IOException {
        double left = -1;
        double top = -1;
        double wide = 0;
        double high = 0;
        int id = -1;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (name) {
                case "class_id" -> id = value == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : -1;
                case "left" -> left = number(parser, value);
                case "top" -> top = number(parser, value);
                case "width" -> wide = number(parser, value);
                case "height" -> high = number(parser, value);
                default -> parser.skipChildren();
            }
        }
        if (id < 0 || left < 0 || top < 0 || wide <= 0 || high <= 0) {
            bad = true;
            return;
        }
        used.set(id);
        right = Math.max(right, left + wide);
        bottom = Math.max(bottom, top + high);
    }

    private double number(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return parser.getIntValue();
        }
        if (value == JsonToken.VALUE_NUMBER_FLOAT) {
            return parser.getDoubleValue();
        }
        bad = true;
        parser.skipChildren();
        return 0;
    }

    private void metadata(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            bad = true;
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            boolean map = name.equals("class-map");
            if (parser.nextToken() == JsonToken.START_OBJECT && map) {
                mapped = true;
                for (String id = parser.nextFieldName(); id != null; id = parser.nextFieldName()) {
                    named(id);
                    parser.nextToken();
                    parser.skipChildren();
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    /** A key of the class map: digits. */
    private void named(String id) {
        int value = 0;
        for (int i = 0; i < id.length(); i++) {
            char digit = id.charAt(i);
            if (digit < '0' || digit > '9' || value > 65_535) {
                return;
            }
            value = 10 * value + digit - '0';
        }
        named.set(value);
    }

    private static final class Buffered {
        private final byte[] bytes = new byte[OUT];
        private final OutputStream file;
        private int held;

        Buffered(OutputStream file) {
            this.file = file;
        }

        void write(byte[] from, int start, int length) throws IOException {
            if (held + length > OUT) {
                file.write(bytes, 0, held);
                held = 0;
            }
            if (length > OUT) {
                file.write(from, start, length);
            } else {
                System.arraycopy(from, start, bytes, held, length);
                held += length;
            }
        }

        void close() throws IOException {
            file.write(bytes, 0, held);
            file.close();
        }
    }
}
