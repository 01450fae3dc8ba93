package dev.truepipe.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Small JSON documents as plain values: {@code Map<String, Object>} in document order, {@code List<Object>},
 * {@code String}, {@code Long} (or {@code BigInteger}), {@code Double}, {@code Boolean} and {@code null}.
 *
 * <p>For plans, decisions and settings. Manifest lines never pass through here.
 */
public final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Json() {}

    /** @throws IOException if the bytes are not exactly one JSON value; the message has line and column */
    public static Object parse(byte[] utf8) throws IOException {
        try (JsonParser parser = FACTORY.createParser(utf8)) {
            return document(parser);
        }
    }

    /** @throws IOException if the text is not exactly one JSON value; the message has line and column */
    public static Object parse(String text) throws IOException {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IOException if the bytes are not exactly one JSON object */
    public static Map<String, Object> parseObject(byte[] utf8) throws IOException {
        return object(parse(utf8));
    }

    /** A value known to be an object. @throws IllegalArgumentException if it is not */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("expected a JSON object, found " + text(value));
    }

    /** A value known to be an array. @throws IllegalArgumentException if it is not */
    @SuppressWarnings("unchecked")
    public static List<Object> array(Object value) {
        if (value instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw new IllegalArgumentException("expected a JSON array, found " + text(value));
    }

    /** On one line, UTF-8. Accepts what {@link #parse} returns, any {@code Number}, and iterables. */
    public static byte[] bytes(Object value) {
        return write(value, false);
    }

    /** On one line. */
    public static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    /** Indented by two spaces, with a final newline, for documents that people open. */
    public static byte[] pretty(Object value) {
        return write(value, true);
    }

    /**
     * The value that a parser stands on, as {@link #parse} gives it; the parser stands on its last token afterwards.
     *
     * @param without names of members that are passed over, at any depth
     */
    public static Object value(JsonParser parser, Set<String> without) throws IOException {
        return value(parser, parser.currentToken(), without);
    }

    private static Object document(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new IOException("expected a JSON value, found nothing");
        }
        Object value = value(parser, first, Set.of());
        if (parser.nextToken() != null) {
            throw new IOException("expected the end after the JSON value, at " + parser.currentTokenLocation().offsetDescription());
        }
        return value;
    }

    private static Object value(JsonParser parser, JsonToken token, Set<String> without) throws IOException {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken member = parser.nextToken();
                    if (without.contains(name)) {
                        parser.skipChildren();
                    } else {
                        map.put(name, value(parser, member, without));
                    }
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(value(parser, next, without));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser.getNumberValue());
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> throw new IOException("unexpected " + token);
        };
    }

    private static Number integer(Number number) {
        return number instanceof Integer small ? Long.valueOf(small) : number;
    }

    private static byte[] write(Object value, boolean pretty) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            if (pretty) {
                DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
                DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
                printer.indentObjectsWith(indenter);
                printer.indentArraysWith(indenter);
                generator.setPrettyPrinter(printer);
            }
            write(generator, value);
            if (pretty) {
                generator.writeRaw('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: writing to memory", e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        // No switch over types: the JVM makes one when it is first met, and that takes longer than all there is to write.
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeFieldName(entry.getKey().toString());
                write(generator, entry.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> items) {
            generator.writeStartArray();
            for (Object item : items) {
                write(generator, item);
            }
            generator.writeEndArray();
        } else if (value instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (value instanceof Double number) {
            generator.writeNumber(number);
        } else if (value instanceof Float number) {
            generator.writeNumber(number);
        } else if (value instanceof BigDecimal number) {
            generator.writeNumber(number);
        } else if (value instanceof java.math.BigInteger number) {
            generator.writeNumber(number);
        } else if (value instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else {
            generator.writeString(value.toString());
        }
    }
}
