package dev.truepipe.manifest;

import dev.truepipe.split.Murmur3;
import java.util.Arrays;

/**
 * An object's name as the search for near-identical ones sees it: a stem and a number. {@code …/cam1_000051.jpg} is number 51
 * of the stem {@code …/cam1_*}, and so are {@code …/Cam1 51.jpeg} and {@code …/cam1-51 (2).jpg}.
 *
 * <p>Of the file name the extension goes, then what tools add to copies ({@code (1)}, {@code copy}, {@code - Copy}, each after a
 * separator); ASCII letters become small; runs of spaces, {@code _}, {@code -} and U+200B become one {@code _}, and none at the
 * end; the last number is taken out. The folder stays as it is.
 */
final class ObjectName {
    /** A {@code long} holds any number so long; digits before them stay in the stem. */
    private static final int MOST_DIGITS = 18;
    private static final int LONGEST_EXTENSION = 5;
    private static final byte SEPARATOR = '_';
    private static final byte NUMBER = '*';
    private static final byte[] COPY = {'c', 'o', 'p', 'y'};

    /** By byte: what stands for it. */
    private static final byte[] PLAIN = new byte[256];

    static {
        for (int i = 0; i < PLAIN.length; i++) {
            PLAIN[i] = (byte) (i >= 'A' && i <= 'Z' ? i + 'a' - 'A' : i == ' ' || i == '-' ? SEPARATOR : i);
        }
    }

    private final Murmur3 murmur;
    /** The folder as it is, then the name made plain: together, so that they are hashed in one go. */
    private byte[] plain = new byte[256];
    private int begin;
    private int length;
    private long stem;
    private long number;

    /** @param murmur free to use while a name is read */
    ObjectName(Murmur3 murmur) {
        this.murmur = murmur;
    }

    /** Reads the name of an object. @param uri decoded; holds a {@code /} before its last byte */
    void read(byte[] uri, int from, int to) {
        int name = to;
        while (uri[name - 1] != '/') {
            name--;
        }
        begin = name - from;
        if (plain.length < to - from) {
            plain = Arrays.copyOf(plain, to - from);
        }
        System.arraycopy(uri, from, plain, 0, begin);
        makePlain(uri, name, extension(uri, name, to));
        while (dropCopyMark()) {
            // One name can have several: "x - Copy (2)".
        }
        int end = length;
        while (end > begin && !isDigit(plain[end - 1])) {
            end--;
        }
        int start = end;
        number = 0;
        for (long unit = 1; start > begin && end - start < MOST_DIGITS && isDigit(plain[start - 1]); unit *= 10) {
            number += unit * (plain[--start] - '0');
        }
        if (start < end) {
            // One byte for the number: the rest moves up to it.
            plain[start] = NUMBER;
            System.arraycopy(plain, end, plain, start + 1, length - end);
            length -= end - start - 1;
        }
        stem = murmur.reset().update(plain, 0, length).finish().high() | 1;
    }

    /** Hash of the folder and of the name without its number; never 0. */
    long stem() {
        return stem;
    }

    /** The name's last number, of its last 18 digits; 0 if it has none. */
    long number() {
        return number;
    }

    /** Where the extension begins: a dot and at most five letters and digits, not digits alone. */
    private static int extension(byte[] uri, int name, int to) {
        boolean letter = false;
        for (int i = to - 1; i > name && i >= to - 1 - LONGEST_EXTENSION; i--) {
            byte b = PLAIN[uri[i] & 0xff];
            if (b == '.') {
                return letter ? i : to;
            }
            if (b >= 'a' && b <= 'z') {
                letter = true;
            } else if (!isDigit(b)) {
                return to;
            }
        }
        return to;
    }

    private void makePlain(byte[] uri, int from, int to) {
        int at = begin;
        for (int i = from; i < to; i++) {
            byte b = PLAIN[uri[i] & 0xff];
            if (b == (byte) 0xe2 && i + 2 < to && uri[i + 1] == (byte) 0x80 && uri[i + 2] == (byte) 0x8b) {
                b = SEPARATOR;
                i += 2;
            }
            if (b != SEPARATOR || at > begin && plain[at - 1] != SEPARATOR) {
                plain[at++] = b;
            }
        }
        length = at;
        if (length > begin && plain[length - 1] == SEPARATOR) {
            length--;
        }
    }

    /** Whether there was a copy mark at the end. Never all of the name. */
    private boolean dropCopyMark() {
        int mark = length;
        if (length > begin && plain[length - 1] == ')') {
            mark = beforeDigits(length - 1);
            if (mark == length - 1 || mark == begin || plain[--mark] != '(') {
                return false;
            }
        } else {
            if (length > begin && isDigit(plain[length - 1])) {
                // "x copy 2", but not "x copy2".
                mark = beforeDigits(length);
                if (mark == begin || plain[--mark] != SEPARATOR) {
                    return false;
                }
            }
            mark -= COPY.length;
            if (mark < begin || !Arrays.equals(plain, mark, mark + COPY.length, COPY, 0, COPY.length)) {
                return false;
            }
        }
        if (mark < begin + 2 || plain[mark - 1] != SEPARATOR) {
            return false;
        }
        length = mark - 1;
        return true;
    }

    private int beforeDigits(int end) {
        int start = end;
        while (start > begin && isDigit(plain[start - 1])) {
            start--;
        }
        return start;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
