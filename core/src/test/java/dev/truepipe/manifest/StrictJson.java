package dev.truepipe.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a line is as JSON, twice and independently: Jackson's tree of bytes that the JDK finds to be UTF-8, and a walk over the
 * characters that follows RFC 8259 rule by rule and says what it meets first. Both must agree on whether there is a tree.
 *
 * <p>Jackson is given bytes, for where it reads characters it takes some beyond ASCII for hexadecimal digits of an escape: it
 * looks at their low eight bits. What UTF-8 is, it is not asked: it takes more than RFC 3629 does.
 */
final class StrictJson {
    private static final int MOST_LEVELS = 1_000;
    private static final JsonMapper MAPPER = JsonMapper.builder(new JsonFactoryBuilder()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MOST_LEVELS)
                            .maxNumberLength(Integer.MAX_VALUE).maxNameLength(Integer.MAX_VALUE).maxStringLength(Integer.MAX_VALUE).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The line's object, or {@code null}. */
    final JsonNode tree;
    /** What the line breaks first; {@code null} if it is an object. */
    final FindingCode broken;
    private final String text;

    private StrictJson(String text, JsonNode tree, FindingCode broken) {
        this.text = text;
        this.tree = tree;
        this.broken = broken;
    }

    static StrictJson of(byte[] line) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(line)).toString();
        } catch (CharacterCodingException e) {
            return new StrictJson(null, null, FindingCode.INVALID_UTF8);
        }
        FindingCode broken = new Walk(text).broken();
        JsonNode tree = null;
        try {
            tree = MAPPER.readTree(line);
            if (tree.isMissingNode() || !StandardCharsets.UTF_8.newEncoder().canEncode(texts(tree, new StringBuilder()))) {
                tree = null;
            }
        } catch (JsonProcessingException e) {
            // No tree: what is broken says why.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (tree == null != (broken != null)) {
            throw new AssertionError("Jackson " + (tree == null ? "refuses" : "takes") + " what a walk finds to be " + broken + ": " + text);
        }
        if (tree != null && !tree.isObject()) {
            return new StrictJson(text, null, FindingCode.NOT_AN_OBJECT);
        }
        return new StrictJson(text, tree, broken);
    }

    /** A scalar among the top-level attributes, as the line spells it: a tree does not know 1e2 from 100.0. */
    String spelled(String attribute) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals(attribute)) {
                    return parser.getText();
                }
                parser.skipChildren();
            }
            throw new AssertionError("no " + attribute + " in " + text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds all keys and texts, each apart. */
    private static StringBuilder texts(JsonNode node, StringBuilder into) {
        if (node.isTextual()) {
            into.append(node.textValue()).append('\n');
        }
        node.properties().forEach(property -> texts(property.getValue(), into.append(property.getKey()).append('\n')));
        if (node.isArray()) {
            node.forEach(item -> texts(item, into));
        }
        return into;
    }

    /** RFC 8259, and the promises of {@code docs/interpretation.md}, from left to right. */
    private static final class Walk {
        private final String text;
        private int at;
        private int levels;
        /** Whether half a surrogate pair has been met: told of if nothing else is broken. */
        private boolean half;

        Walk(String text) {
            this.text = text;
        }

        FindingCode broken() {
            for (char c : text.toCharArray()) {
                if (c < ' ' && c != '\t' && c != '\r') {
                    return FindingCode.INVALID_JSON;
                }
            }
            try {
                space();
                value();
                space();
                require(at == text.length());
                return half ? FindingCode.LONE_SURROGATE : null;
            } catch (Broken e) {
                return e.code;
            }
        }

        private static final class Broken extends Exception {
            private static final long serialVersionUID = 1;
            private final FindingCode code;

            Broken(FindingCode code) {
                this.code = code;
            }
        }

        private static void require(boolean holds) throws Broken {
            if (!holds) {
                throw new Broken(FindingCode.INVALID_JSON);
            }
        }

        /** The character here; a control character, which no rule allows, at the end. */
        private char here() {
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void expect(char c) throws Broken {
            require(here() == c);
            at++;
        }

        private void space() {
            while (here() == ' ' || here() == '\t' || here() == '\r') {
                at++;
            }
        }

        private void value() throws Broken {
            switch (here()) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> word("true");
                case 'f' -> word("false");
                case 'n' -> word("null");
                default -> number();
            }
        }

        private void word(String word) throws Broken {
            require(text.startsWith(word, at));
            at += word.length();
        }

        private void enter() throws Broken {
            at++;
            if (++levels > MOST_LEVELS) {
                throw new Broken(FindingCode.NESTING_TOO_DEEP);
            }
        }

        private void object() throws Broken {
            enter();
            Set<String> keys = new HashSet<>();
            space();
            if (here() != '}') {
                do {
                    space();
                    String key = string();
                    if (!keys.add(key)) {
                        throw new Broken(FindingCode.DUPLICATE_KEY);
                    }
                    space();
                    expect(':');
                    space();
                    value();
                    space();
                } while (comma());
            }
            expect('}');
            levels--;
        }

        private void array() throws Broken {
            enter();
            space();
            if (here() != ']') {
                do {
                    space();
                    value();
                    space();
                } while (comma());
            }
            expect(']');
            levels--;
        }

        private boolean comma() {
            boolean comma = here() == ',';
            at += comma ? 1 : 0;
            return comma;
        }

        private String string() throws Broken {
            expect('"');
            StringBuilder content = new StringBuilder();
            List<Integer> escaped = new ArrayList<>();
            while (here() != '"') {
                require(here() >= ' ');
                char c = text.charAt(at++);
                if (c != '\\') {
                    content.append(c);
                    continue;
                }
                char escape = here();
                at++;
                int simple = "\"\\/bfnrt".indexOf(escape);
                if (simple >= 0) {
                    content.append("\"\\/\b\f\n\r\t".charAt(simple));
                } else {
                    require(escape == 'u');
                    char unit = hex();
                    content.append(unit);
                    escaped.add(content.length() - 1);
                }
            }
            at++;
            half |= escaped.stream().anyMatch(i -> isHalf(content, i));
            return content.toString();
        }

        /** A pair is two escapes; what was decoded from UTF-8 is whole. */
        private static boolean isHalf(CharSequence content, int i) {
            char unit = content.charAt(i);
            return Character.isHighSurrogate(unit) ? i + 1 == content.length() || !Character.isLowSurrogate(content.charAt(i + 1))
                    : Character.isLowSurrogate(unit) && (i == 0 || !Character.isHighSurrogate(content.charAt(i - 1)));
        }

        private char hex() throws Broken {
            require(at + 4 <= text.length() && text.substring(at, at + 4).chars().allMatch(HexFormat::isHexDigit));
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }

        private void number() throws Broken {
            if (here() == '-') {
                at++;
            }
            if (here() == '0') {
                at++;
            } else {
                digits();
            }
            if (here() == '.') {
                at++;
                digits();
            }
            if (here() == 'e' || here() == 'E') {
                at++;
                if (here() == '+' || here() == '-') {
                    at++;
                }
                digits();
            }
        }

        private void digits() throws Broken {
            require(here() >= '0' && here() <= '9');
            while (here() >= '0' && here() <= '9') {
                at++;
            }
        }
    }
}
