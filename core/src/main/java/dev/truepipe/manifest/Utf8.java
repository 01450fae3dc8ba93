package dev.truepipe.manifest;

/** UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF, no cut sequences. */
final class Utf8 {
    private Utf8() {}

    /**
     * Passes over the character that begins with a byte above 0x7f. What follows the text must be no continuation byte.
     *
     * @return the place behind it, or {@code ~i} if it is none
     */
    static int after(byte[] bytes, int i) {
        int lead = bytes[i] & 0xff;
        if (lead < 0xc2 || lead > 0xf4) {
            return ~i;
        }
        int second = bytes[i + 1] & 0xff;
        if (lead < 0xe0) {
            return (second & 0xc0) == 0x80 ? i + 2 : ~i;
        }
        int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most || (bytes[i + 2] & 0xc0) != 0x80) {
            return ~i;
        }
        if (lead < 0xf0) {
            return i + 3;
        }
        return (bytes[i + 3] & 0xc0) == 0x80 ? i + 4 : ~i;
    }

    /** The first byte that is not UTF-8, or -1. The byte at {@code to} must be there, and ASCII. */
    static int invalid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            if (bytes[i] >= 0) {
                i++;
                continue;
            }
            int next = after(bytes, i);
            if (next < 0) {
                return i;
            }
            i = next;
        }
        return -1;
    }
}
