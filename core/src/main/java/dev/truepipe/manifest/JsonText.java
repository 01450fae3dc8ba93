package dev.truepipe.manifest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The content of JSON texts that a {@link JsonCursor} has checked. */
final class JsonText {
    private JsonText() {}

    /** A text's content in UTF-8, its escapes decoded. Half a surrogate pair becomes three bytes that are no UTF-8. */
    static byte[] decode(byte[] json, int from, int to) {
        int i = from;
        while (i < to && json[i] != '\\') {
            i++;
        }
        if (i == to) {
            return Arrays.copyOfRange(json, from, to);
        }
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(to - from);
        decoded.write(json, from, i - from);
        while (i < to) {
            byte b = json[i++];
            if (b != '\\') {
                decoded.write(b);
                continue;
            }
            byte escape = json[i++];
            switch (escape) {
                case 'b' -> decoded.write('\b');
                case 'f' -> decoded.write('\f');
                case 'n' -> decoded.write('\n');
                case 'r' -> decoded.write('\r');
                case 't' -> decoded.write('\t');
                case 'u' -> {
                    int unit = unit(json, i);
                    i += 4;
                    if ((unit & 0xfc00) == 0xd800 && i + 6 <= to && json[i] == '\\' && json[i + 1] == 'u'
                            && (unit(json, i + 2) & 0xfc00) == 0xdc00) {
                        unit = Character.toCodePoint((char) unit, (char) unit(json, i + 2));
                        i += 6;
                    }
                    write(unit, decoded);
                }
                default -> decoded.write(escape);
            }
        }
        return decoded.toByteArray();
    }

    private static void write(int codePoint, ByteArrayOutputStream out) {
        if (codePoint < 0x80) {
            out.write(codePoint);
        } else if (codePoint < 0x800) {
            out.write(0xc0 | codePoint >> 6);
            out.write(0x80 | codePoint & 0x3f);
        } else if (codePoint < 0x10000) {
            out.write(0xe0 | codePoint >> 12);
            out.write(0x80 | codePoint >> 6 & 0x3f);
            out.write(0x80 | codePoint & 0x3f);
        } else {
            out.write(0xf0 | codePoint >> 18);
            out.write(0x80 | codePoint >> 12 & 0x3f);
            out.write(0x80 | codePoint >> 6 & 0x3f);
            out.write(0x80 | codePoint & 0x3f);
        }
    }

    /** A text's content. */
    static String string(byte[] json, int from, int to, boolean escaped) {
        if (!escaped) {
            return new String(json, from, to - from, StandardCharsets.UTF_8);
        }
        return new String(decode(json, from, to), StandardCharsets.UTF_8);
    }

    /** UTF-16 units of a text's content; it has as many code points or fewer. */
    static int units(byte[] json, int from, int to) {
        int units = 0;
        for (int i = from; i < to; i++) {
            byte b = json[i];
            if (b == '\\') {
                i += json[i + 1] == 'u' ? 5 : 1;
                units++;
            } else if ((b & 0xc0) != 0x80) {
                units += (b & 0xf8) == 0xf0 ? 2 : 1;
            }
        }
        return units;
    }

    /** Where the text whose content begins here ends. */
    static int closingQuote(byte[] json, int from) {
        int i = from;
        while (json[i] != '"') {
            i += json[i] == '\\' ? 2 : 1;
        }
        return i;
    }

    private static int unit(byte[] json, int at) {
        int unit = 0;
        for (int k = 0; k < 4; k++) {
            unit = unit << 4 | hexDigit(json[at + k]);
        }
        return unit;
    }

    /** @return -1 if it is none */
    static int hexDigit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int letter = b | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }
}
