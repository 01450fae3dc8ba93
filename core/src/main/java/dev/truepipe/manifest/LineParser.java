package dev.truepipe.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.truepipe.manifest.LineFacts.Box;
import dev.truepipe.manifest.LineFacts.Kind;
import dev.truepipe.manifest.LineFacts.Label;
import dev.truepipe.manifest.LineFacts.Metadata;
import dev.truepipe.manifest.LineFacts.Value;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;

/** Reads a line's JSON, strictly (RFC 8259), in one pass and without a tree. The only class that knows the parser. */
final class LineParser {
    /** Deepest nesting that is read: the line's own object counts as 1. */
    static final int MAX_DEPTH = 1_000;

    private static final String METADATA_SUFFIX = "-metadata";
    /** S3 allows 63 + 1,024 bytes; anything longer is no URI. */
    private static final int LONGEST_URI = 4_096;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** Why a line cannot be read. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;
        final transient FindingCode code;

        Unreadable(FindingCode code, String message) {
            super(message, null, false, false);
            this.code = code;
        }
    }

    private LineParser() {}

    /**
     * Reads a line.
     *
     * @param label the attribute whose content is wanted, or {@code null}
     * @param groupAttribute the attribute whose text is wanted, or {@code null}
     * @throws Unreadable if the bytes are not one JSON object that obeys the limits
     */
    static LineFacts parse(byte[] line, int length, String label, String groupAttribute) throws Unreadable {
        int bad = LineSyntax.invalidUtf8(line, length);
        if (bad >= 0) {
            throw new Unreadable(FindingCode.INVALID_UTF8,
                    String.format(Locale.ROOT, "byte %d of the line (0x%02x) is not UTF-8; save the manifest as UTF-8", bad, line[bad]));
        }
        int control = LineSyntax.controlByte(line, length);
        if (control >= 0) {
            throw new Unreadable(FindingCode.INVALID_JSON,
                    String.format(Locale.ROOT,
                            "not JSON: control byte 0x%02x at byte %d of the line; escape it as \\u%04x inside a string, remove it elsewhere",
                            line[control], control, line[control]));
        }
        if (length >= 3 && line[0] == (byte) 0xef && line[1] == (byte) 0xbb && line[2] == (byte) 0xbf) {
            throw new Unreadable(FindingCode.INVALID_JSON,
                    "not JSON: the line begins with a byte order mark; remove its three bytes (files put together by hand have them)");
        }
        LineFacts facts = new LineFacts();
        boolean object;
        try (JsonParser parser = JSON.createParser(line, 0, length)) {
            object = parser.nextToken() == JsonToken.START_OBJECT;
            if (object) {
                object(parser, facts, label, groupAttribute);
            } else {
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new Unreadable(FindingCode.INVALID_JSON, "not one JSON object: something follows it at byte "
                        + parser.currentTokenLocation().getByteOffset() + " of the line; write one object a line");
            }
        } catch (StreamConstraintsException e) {
            throw new Unreadable(FindingCode.NESTING_TOO_DEEP,
                    "nested deeper than " + MAX_DEPTH + "; no labeling job writes such a line, flatten the attribute");
        } catch (JsonProcessingException e) {
            throw unreadable(e, length);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
        int lone = LineSyntax.loneSurrogate(line, length);
        if (lone >= 0) {
            throw new Unreadable(FindingCode.LONE_SURROGATE, "half a surrogate pair (" + new String(line, lone, 6, java.nio.charset.StandardCharsets.US_ASCII)
                    + ") at byte " + lone + " of the line stands for no character; write the character whole");
        }
        if (!object) {
            throw new Unreadable(FindingCode.NOT_AN_OBJECT, "JSON, but not an object; write {\"source-ref\":…} on the line");
        }
        return facts;
    }

    private static Unreadable unreadable(JsonProcessingException e, int length) {
        String reason = e.getOriginalMessage();
        long at = e.getLocation() == null ? length : Math.min(length, Math.max(0, e.getLocation().getByteOffset()));
        if (e instanceof JsonParseException && reason.startsWith("Duplicate field")) {
            int open = reason.indexOf('\'');
            int close = reason.lastIndexOf('\'');
            String key = open >= 0 && close > open ? shortened(reason.substring(open + 1, close)) : "?";
            return new Unreadable(FindingCode.DUPLICATE_KEY,
                    "key \"" + key + "\" twice in one object; readers disagree on which counts, keep one");
        }
        return new Unreadable(FindingCode.INVALID_JSON, at >= length
                ? "not JSON: the line ends within the object, at byte " + length + "; write the line again, whole"
                : "not JSON at byte " + at + " of the line; write one complete JSON object");
    }

    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, text.offsetByCodePoints(0, 40)) + "…";
    }

    private static void object(JsonParser parser, LineFacts facts, String label, String groupAttribute) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals(groupAttribute) && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                facts.group = parser.getText();
            }
            if (name.equals("source-ref")) {
                facts.sourceRefKind = kind(token);
                facts.sourceRef = token == JsonToken.VALUE_STRING && parser.getTextLength() <= LONGEST_URI ? parser.getText() : null;
                parser.skipChildren();
            } else if (name.equals("source")) {
                facts.sourceKind = kind(token);
                facts.source = token == JsonToken.VALUE_STRING ? parser.getText() : null;
                parser.skipChildren();
            } else if (name.equals(label)) {
                facts.label = label(parser, token);
                facts.values.put(name, new Value(facts.label.kind, facts.label.whole, facts.label.annotationsKind == Kind.ARRAY));
            } else if (name.endsWith(METADATA_SUFFIX) && name.length() > METADATA_SUFFIX.length()) {
                facts.metadata.put(name.substring(0, name.length() - METADATA_SUFFIX.length()), metadata(parser, token));
            } else {
                facts.values.put(name, value(parser, token));
            }
        }
    }

    private static Value value(JsonParser parser, JsonToken token) throws IOException {
        boolean boxes = false;
        if (token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean annotations = parser.currentName().equals("annotations");
                boxes |= parser.nextToken() == JsonToken.START_ARRAY && annotations;
                parser.skipChildren();
            }
            return new Value(Kind.OBJECT, LineFacts.BAD, boxes);
        }
        long whole = whole(parser, token);
        parser.skipChildren();
        return new Value(kind(token), whole, false);
    }

    private static Metadata metadata(JsonParser parser, JsonToken token) throws IOException {
        Metadata metadata = new Metadata();
        metadata.isObject = token == JsonToken.START_OBJECT;
        if (!metadata.isObject) {
            parser.skipChildren();
            return metadata;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "type" -> metadata.type = text(parser, value);
                case "creation-date" -> metadata.creationDate = value == JsonToken.VALUE_NULL ? null : value.isScalarValue() ? parser.getText() : "";
                case "class-name" -> {
                    metadata.className = text(parser, value);
                    metadata.classNameBad = metadata.className == null;
                }
                case "failure-reason" -> {
                    metadata.failed = true;
                    metadata.failureReason = text(parser, value);
                }
                case "adjustment-status" -> metadata.adjusted = true;
                case "objects" -> {
                    if (value == JsonToken.START_ARRAY) {
                        metadata.objects = 0;
                        while (parser.nextToken() != JsonToken.END_ARRAY) {
                            metadata.objects++;
                            parser.skipChildren();
                        }
                    }
                }
                case "class-map", "class_map" -> classMap(parser, value, metadata);
                default -> { }
            }
            if (value.isStructStart() && parser.currentToken() == value) {
                parser.skipChildren();
            }
        }
        return metadata;
    }

    private static void classMap(JsonParser parser, JsonToken token, Metadata metadata) throws IOException {
        metadata.classMapKind = kind(token);
        if (token != JsonToken.START_OBJECT) {
            return;
        }
        metadata.classMap = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            long id = wholeOf(key);
            if (id < 0 || id > LineJudge.MAX_CLASS_ID || value != JsonToken.VALUE_STRING) {
                if (metadata.classMapProblem == null) {
                    metadata.classMapProblem = shortened(key);
                }
            } else {
                metadata.classMap.put((int) id, parser.getText());
            }
            parser.skipChildren();
        }
    }

    private static Label label(JsonParser parser, JsonToken token) throws IOException {
        Label label = new Label();
        label.kind = kind(token);
        label.whole = whole(parser, token);
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return label;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("image_size")) {
                imageSize(parser, value, label);
            } else if (name.equals("annotations")) {
                annotations(parser, value, label);
            } else {
                parser.skipChildren();
            }
        }
        return label;
    }

    private static void imageSize(JsonParser parser, JsonToken token, Label label) throws IOException {
        label.imageSizeKind = kind(token);
        if (token == JsonToken.START_OBJECT) {
            label.imageSizes = 1;
            size(parser, label);
        } else if (token == JsonToken.START_ARRAY) {
            for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
                label.imageSizes++;
                if (item == JsonToken.START_OBJECT && label.imageSizes == 1) {
                    size(parser, label);
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private static void size(JsonParser parser, Label label) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "width" -> label.width = number(parser, value);
                case "height" -> label.height = number(parser, value);
                case "depth" -> {
                    label.depth = number(parser, value);
                    label.depthGiven = value != JsonToken.VALUE_NULL;
                }
                default -> { }
            }
            parser.skipChildren();
        }
    }

    private static void annotations(JsonParser parser, JsonToken token, Label label) throws IOException {
        label.annotationsKind = kind(token);
        if (token != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        int place = 0;
        for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken(), place++) {
            if (item == JsonToken.START_OBJECT) {
                label.boxes.add(box(parser));
            } else {
                label.noObjects++;
                label.firstNoObject = label.firstNoObject < 0 ? place : label.firstNoObject;
                parser.skipChildren();
            }
        }
    }

    private static Box box(JsonParser parser) throws IOException {
        long classId = LineFacts.NONE;
        double left = Double.NaN;
        double top = Double.NaN;
        double width = Double.NaN;
        double height = Double.NaN;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "class_id" -> classId = whole(parser, value);
                case "left" -> left = number(parser, value);
                case "top" -> top = number(parser, value);
                case "width" -> width = number(parser, value);
                case "height" -> height = number(parser, value);
                default -> { }
            }
            parser.skipChildren();
        }
        return new Box(classId, left, top, width, height);
    }

    private static String text(JsonParser parser, JsonToken token) throws IOException {
        return token == JsonToken.VALUE_STRING ? parser.getText() : null;
    }

    private static double number(JsonParser parser, JsonToken token) throws IOException {
        return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT
                ? Double.parseDouble(parser.getText())
                : Double.NaN;
    }

    private static long whole(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_NUMBER_INT, VALUE_STRING -> parser.getTextLength() <= 18 ? wholeOf(parser.getText()) : LineFacts.BAD;
            case VALUE_NULL -> LineFacts.NONE;
            default -> LineFacts.BAD;
        };
    }

    /** Digits, with an optional minus, as a number; anything else is {@link LineFacts#BAD}. */
    private static long wholeOf(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        if (text.length() == start || text.length() > 18) {
            return LineFacts.BAD;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return LineFacts.BAD;
            }
        }
        return Long.parseLong(text);
    }

    private static Kind kind(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> Kind.OBJECT;
            case START_ARRAY -> Kind.ARRAY;
            case VALUE_STRING -> Kind.TEXT;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Kind.NUMBER;
            case VALUE_TRUE, VALUE_FALSE -> Kind.TRUTH;
            default -> Kind.NULL;
        };
    }
}
