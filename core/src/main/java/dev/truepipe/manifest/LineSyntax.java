package dev.truepipe.manifest;

/** What must be true of a line's bytes before and beside JSON: UTF-8 (RFC 3629), no raw control bytes, whole escapes. */
final class LineSyntax {
    private LineSyntax() {}

    /**
     * Looks for the first byte that is not UTF-8: overlong forms, surrogates, values above U+10FFFF, cut sequences.
     *
     * @return its index, or -1
     */
    static int invalidUtf8(byte[] bytes, int length) {
        int i = 0;
        while (i < length) {
            int b = bytes[i];
            if (b >= 0) {
                i++;
                continue;
            }
            int lead = b & 0xff;
            int more = lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
            if (more == 0 || i + more >= length) {
                return i;
            }
            int second = bytes[i + 1] & 0xff;
            int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (second < least || second > most) {
                return i;
            }
            for (int k = 2; k <= more; k++) {
                if ((bytes[i + k] & 0xc0) != 0x80) {
                    return i;
                }
            }
            i += more + 1;
        }
        return -1;
    }

    /** Index of the first control byte that JSON nowhere allows raw (all but tab and carriage return), or -1. */
    static int controlByte(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            byte b = bytes[i];
            if (b >= 0 && b < 0x20 && b != '\t' && b != '\r') {
                return i;
            }
        }
        return -1;
    }

    /**
     * Looks for half a surrogate pair among the escapes of valid JSON.
     *
     * @return the index of its backslash, or -1
     */
    static int loneSurrogate(byte[] json, int length) {
        int i = 0;
        while (i < length) {
            if (json[i] != '\\') {
                i++;
            } else if (json[i + 1] != 'u') {
                i += 2;
            } else {
                int unit = hex(json, i + 2);
                if (unit >= 0xd800 && unit <= 0xdbff) {
                    boolean paired = i + 12 <= length && json[i + 6] == '\\' && json[i + 7] == 'u'
                            && (hex(json, i + 8) & 0xfc00) == 0xdc00;
                    if (!paired) {
                        return i;
                    }
                    i += 12;
                } else if ((unit & 0xfc00) == 0xdc00) {
                    return i;
                } else {
                    i += 6;
                }
            }
        }
        return -1;
    }

    private static int hex(byte[] json, int at) {
        int value = 0;
        for (int k = 0; k < 4; k++) {
            value = value << 4 | Character.digit(json[at + k], 16);
        }
        return value;
    }
}
