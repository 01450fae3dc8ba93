package dev.truepipe.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.truepipe.manifest.JsonCursor.Broken;
import dev.truepipe.manifest.LineScanner.Unreadable;
import java.util.Locale;

/**
 * Says why a line cannot be read. What is wrong with the line's bytes comes before what is wrong with its JSON, wherever
 * on the line it stands: whoever saves a manifest in another encoding is told so, and not of a comma.
 */
final class UnreadableLine {
    private UnreadableLine() {}

    static Unreadable explained(Broken broken, byte[] bytes, int from, int length) {
        int to = from + length;
        int bad = Utf8.invalid(bytes, from, to);
        if (bad >= 0) {
            return new Unreadable(FindingCode.INVALID_UTF8,
                    String.format(Locale.ROOT, "byte %d of the line (0x%02x) is not UTF-8; save the manifest as UTF-8", bad - from, bytes[bad]));
        }
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b >= 0 && b < ' ' && b != '\t' && b != '\r') {
                return new Unreadable(FindingCode.INVALID_JSON, String.format(Locale.ROOT,
                        "not JSON: control byte 0x%02x at byte %d of the line; escape it as \\u%04x inside a string, remove it elsewhere",
                        b, i - from, b));
            }
        }
        if (length >= 3 && bytes[from] == (byte) 0xef && bytes[from + 1] == (byte) 0xbb && bytes[from + 2] == (byte) 0xbf) {
            return new Unreadable(FindingCode.INVALID_JSON,
                    "not JSON: the line begins with a byte order mark; remove its three bytes (files put together by hand have them)");
        }
        int at = broken.at - from;
        return switch (broken.code) {
            case NESTING_TOO_DEEP -> new Unreadable(broken.code,
                    "nested deeper than " + JsonCursor.MAX_DEPTH + "; no labeling job writes such a line, flatten the attribute");
            case DUPLICATE_KEY -> new Unreadable(broken.code, "key \""
                    + shortened(JsonText.string(bytes, broken.at, JsonText.closingQuote(bytes, broken.at), true))
                    + "\" twice in one object; readers disagree on which counts, keep one");
            case LONE_SURROGATE -> new Unreadable(broken.code, "half a surrogate pair (" + new String(bytes, broken.at, 6, UTF_8)
                    + ") at byte " + at + " of the line stands for no character; write the character whole");
            default -> new Unreadable(FindingCode.INVALID_JSON, broken.behind
                    ? "not one JSON object: something follows it at byte " + at + " of the line; write one object a line"
                    : at >= length
                    ? "not JSON: the line ends within the object, at byte " + length + "; write the line again, whole"
                    : "not JSON at byte " + at + " of the line; write one complete JSON object");
        };
    }

    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, text.offsetByCodePoints(0, 40)) + "…";
    }
}
