package dev.truepipe.manifest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes each text that comes again and again, such as a class's name, only once. */
final class TextPool {
    /** Texts that are kept; later ones are made anew each time. */
    private static final int MOST = 1 << 14;
    /** Texts that meet in the pool more often were chosen to; they are made anew each time. */
    private static final int MOST_LOOKS = 32;
    /** Longer ones hardly come twice. */
    private static final int LONGEST_BYTES = 256;

    private final String[] texts = new String[2 * MOST];
    private final byte[][] contents = new byte[2 * MOST][];
    private int size;

    /** The text of these bytes of UTF-8. @param bytes has {@link JsonCursor#SLACK} more from {@code to} on */
    String text(byte[] bytes, int from, int to) {
        if (to - from > LONGEST_BYTES) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        int slot = (int) (KeyTable.print(bytes, from, to) >>> 32) & texts.length - 1;
        for (int looks = 0; texts[slot] != null; looks++) {
            if (looks == MOST_LOOKS) {
                return new String(bytes, from, to - from, StandardCharsets.UTF_8);
            }
            if (Arrays.equals(contents[slot], 0, contents[slot].length, bytes, from, to)) {
                return texts[slot];
            }
            slot = slot + 1 & texts.length - 1;
        }
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (size < MOST) {
            size++;
            texts[slot] = text;
            contents[slot] = Arrays.copyOfRange(bytes, from, to);
        }
        return text;
    }
}
