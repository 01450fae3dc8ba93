package dev.truepipe.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;

/** Writes JSON as nobody should, but may: white space anywhere, any character of a text as an escape. For tests. */
public final class OddJson {
    private static final String[] SPACES = {"", "", "", " ", "\t", "  ", "\r"};

    private final StringBuilder out = new StringBuilder();
    private final Random random;
    private final boolean odd;

    private OddJson(Random random, boolean odd) {
        this.random = random;
        this.odd = odd;
    }

    /** @param odd {@code false}: plainly */
    public static byte[] write(JsonNode node, Random random, boolean odd) {
        OddJson json = new OddJson(random, odd);
        json.space();
        json.value(node);
        json.space();
        return json.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void space() {
        if (odd) {
            out.append(SPACES[random.nextInt(SPACES.length)]);
        }
    }

    private void value(JsonNode node) {
        if (node.isObject()) {
            out.append('{');
            for (Iterator<Map.Entry<String, JsonNode>> fields = node.properties().iterator(); fields.hasNext(); ) {
                Map.Entry<String, JsonNode> field = fields.next();
                space();
                text(field.getKey());
                space();
                out.append(':');
                space();
                value(field.getValue());
                space();
                out.append(fields.hasNext() ? "," : "");
            }
            space();
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (int i = 0; i < node.size(); i++) {
                out.append(i > 0 ? "," : "");
                space();
                value(node.get(i));
                space();
            }
            space();
            out.append(']');
        } else if (node.isTextual()) {
            text(node.textValue());
        } else {
            out.append(node);
        }
    }

    private void text(String text) {
        out.append('"');
        for (char c : text.toCharArray()) {
            if (odd && random.nextInt(12) == 0 || c < ' ' || Character.isSurrogate(c)) {
                out.append("\\u%04x".formatted((int) c));
            } else if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append(odd && c == '/' && random.nextBoolean() ? "\\/" : c);
            }
        }
        out.append('"');
    }
}
