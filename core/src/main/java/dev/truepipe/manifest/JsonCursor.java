package dev.truepipe.manifest;

import static dev.truepipe.manifest.LittleEndian.EACH_BYTE;
import static dev.truepipe.manifest.LittleEndian.HIGH_BITS;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks over the JSON of one line, value by value, without making anything of it: no tree, no text, no number objects.
 *
 * <p>Strict: RFC 8259, UTF-8 of RFC 3629, keys unique in every object after their escapes are decoded, at most
 * {@value #MAX_DEPTH} levels. Whatever is passed over, by {@link #skip} too, has been checked.
 *
 * <p>Use: {@link #begin}, then {@link #value} for each value; inside an object call {@link #nextKey} before it, inside an
 * array {@link #nextItem}, until they answer false; {@link #skip} passes over a container just entered; {@link #end} last.
 *
 * <p>The byte after the line must be a newline: no token may hold one, so it ends every loop and no loop counts bytes.
 * Up to {@value #SLACK} bytes from there on may be read, and are never looked at.
 */
final class JsonCursor {
    /** Deepest nesting that is read: the line's own object counts as 1. */
    static final int MAX_DEPTH = 1_000;
    /** Bytes that an array must have from the end of the line on, the newline included. */
    static final int SLACK = 40;

    private static final long QUOTES = EACH_BYTE * '"';
    private static final long BACKSLASHES = EACH_BYTE * '\\';
    private static final long SPACES = EACH_BYTE * ' ';
    /** Objects with more keys than this are looked up in a table. */
    private static final int FEW_KEYS = 16;
    private static final int MANY_KEYS = 1 << 14;

    /** Kind of a JSON value. */
    enum Kind { ABSENT, NULL, TEXT, NUMBER, TRUTH, OBJECT, ARRAY }

    /** Why a line cannot be read, and at which byte of the array. Made once: a bad line costs no stack trace. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1;
        FindingCode code;
        int at;
        /** Whether it stands behind a whole value. */
        boolean behind;

        private Broken() {
            super(null, null, false, false);
        }

        private Broken behind() {
            behind = true;
            return this;
        }
    }

    private byte[] bytes;
    private int at;
    private int depth;
    /** Whether nothing has been read of the container at {@link #depth} yet. */
    private boolean fresh;
    private int loneSurrogate;

    // The last text or key: its bytes without the quotes.
    private int textFrom;
    private int textTo;
    private boolean textEscaped;

    // The last number: digits as a whole, and where the decimal point stands. Meaningless beyond 18 digits.
    private int numberFrom;
    private int numberTo;
    private boolean numberWhole;
    private boolean numberNegative;
    private long digits;
    private int digitCount;
    private int exponent;

    // The last key, and its print.
    private int lastKeyFrom;
    private int lastKeyTo;
    private boolean lastKeyEscaped;
    private long print;

    private final boolean[] inObject = new boolean[MAX_DEPTH + 1];
    /** For each depth, where its keys begin among all that are open. */
    private final int[] firstKey = new int[MAX_DEPTH + 2];
    private int[] keyFrom = new int[64];
    private long[] keyPrint = new long[64];
    private int keys;
    private final KeyTable[] tables = new KeyTable[MAX_DEPTH + 1];

    private final Broken broken = new Broken();

    /** Starts at a line. @param bytes holds it, and from its end a newline and {@value #SLACK} bytes */
    void begin(byte[] bytes, int from) {
        this.bytes = bytes;
        at = from;
        depth = 0;
        keys = 0;
        loneSurrogate = -1;
        if (keyFrom.length > MANY_KEYS) {
            // One odd line holds no memory.
            keyFrom = new int[64];
            keyPrint = new long[64];
        }
    }

    /** Goes to a value that this cursor has passed over before, on the same line. */
    void goTo(int from) {
        at = from;
        depth = 0;
        keys = 0;
    }

    /** Goes behind a value that somebody else has read, and checked as strictly. */
    void passTo(int behind) {
        at = behind;
        fresh = false;
    }

    /** Reads a value, or for an object or array enters it. */
    Kind value() throws Broken {
        skipSpace();
        byte first = bytes[at];
        fresh = false;
        switch (first) {
            case '"':
                text();
                return Kind.TEXT;
            case '{':
                enter(true);
                return Kind.OBJECT;
            case '[':
                enter(false);
                return Kind.ARRAY;
            case 't':
                word("true");
                return Kind.TRUTH;
            case 'f':
                word("false");
                return Kind.TRUTH;
            case 'n':
                word("null");
                return Kind.NULL;
            default:
                number();
                return Kind.NUMBER;
        }
    }

    /** Goes to the next key of the object. @return false at its end, which is then behind the cursor */
    boolean nextKey() throws Broken {
        skipSpace();
        byte b = bytes[at];
        if (b == '}') {
            leave();
            return false;
        }
        if (!fresh) {
            if (b != ',') {
                throw broken(FindingCode.INVALID_JSON, at);
            }
            at++;
            skipSpace();
            b = bytes[at];
        }
        if (b != '"') {
            throw broken(FindingCode.INVALID_JSON, at);
        }
        text();
        remember();
        skipSpace();
        if (bytes[at] != ':') {
            throw broken(FindingCode.INVALID_JSON, at);
        }
        at++;
        return true;
    }

    /** As {@link #nextKey()}, faster where the object's keys come in the order of last time. {@code order} then tells which key it is. */
    boolean nextKey(KeyOrder order) throws Broken {
        int known = keys - firstKey[depth];
        int from = at;
        if (!order.expects(known, bytes, from)) {
            if (!nextKey()) {
                return false;
            }
            order.learn(known, bytes, from, at, this);
            return true;
        }
        fresh = false;
        at = from + order.length();
        textFrom = from + order.keyFrom();
        textTo = from + order.keyTo();
        textEscaped = false;
        lastKeyFrom = textFrom;
        lastKeyTo = textTo;
        lastKeyEscaped = false;
        print = order.print();
        append(textFrom, print);
        return true;
    }

    /** Goes to the next item of the array. @return false at its end, which is then behind the cursor */
    boolean nextItem() throws Broken {
        skipSpace();
        byte b = bytes[at];
        if (fresh) {
            if (b != ']') {
                return true;
            }
        } else if (b == ',') {
            at++;
            return true;
        } else if (b != ']') {
            throw broken(FindingCode.INVALID_JSON, at);
        }
        leave();
        return false;
    }

    /** Passes over the rest of a value that {@link #value} has just begun. */
    void skip(Kind kind) throws Broken {
        if (kind == Kind.OBJECT || kind == Kind.ARRAY) {
            int outside = depth - 1;
            while (depth > outside) {
                if (inObject[depth] ? nextKey() : nextItem()) {
                    value();
                }
            }
        }
    }

    /** Makes sure that nothing but space follows. */
    void end() throws Broken {
        skipSpace();
        if (bytes[at] != '\n') {
            throw broken(FindingCode.INVALID_JSON, at).behind();
        }
        if (loneSurrogate >= 0) {
            throw broken(FindingCode.LONE_SURROGATE, loneSurrogate);
        }
    }

    /** The next byte to be read. */
    int position() {
        return at;
    }

    /** The start of the next value: white space is passed over. */
    int valueAt() {
        skipSpace();
        return at;
    }

    // What was read last

    int textFrom() {
        return textFrom;
    }

    int textTo() {
        return textTo;
    }

    /** Whether the last text or key holds a backslash. */
    boolean textEscaped() {
        return textEscaped;
    }

    /** Hash of the last key, its escapes decoded. */
    long print() {
        return print;
    }

    /** Whether the last key is this one; also after its value was read, unless that was an object with keys of its own. */
    boolean keyIs(Key wanted) {
        return print == wanted.print && sameKey(wanted);
    }

    private boolean sameKey(Key wanted) {
        byte[] utf8 = wanted.utf8;
        if (lastKeyEscaped) {
            return Arrays.equals(JsonText.decode(bytes, lastKeyFrom, lastKeyTo), utf8);
        }
        // Up to eight bytes, equal prints of equal length are equal keys.
        int length = lastKeyTo - lastKeyFrom;
        return length == utf8.length && (length <= 8 || Arrays.equals(bytes, lastKeyFrom, lastKeyTo, utf8, 0, length));
    }

    /** A key that is looked for. */
    static final class Key {
        private final byte[] utf8;
        private final long print;

        private Key(byte[] utf8) {
            this.utf8 = utf8;
            this.print = KeyTable.print(Arrays.copyOf(utf8, utf8.length + SLACK), 0, utf8.length);
        }

        static Key of(String text) {
            return new Key(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Value of the last number; infinite where a double cannot hold it. */
    double number64() {
        if (digitCount <= Fraction.MOST_DIGITS && exponent <= 0 && exponent >= -Fraction.MOST_DIGITS) {
            double value = Fraction.of(digits, -exponent);
            return numberNegative ? -value : value;
        }
        return Double.parseDouble(new String(bytes, numberFrom, numberTo - numberFrom, StandardCharsets.US_ASCII));
    }

    /** Value of the last number if it is whole and has at most 18 characters; else {@code otherwise}. */
    long wholeOr(long otherwise) {
        if (!numberWhole || numberTo - numberFrom > 18) {
            return otherwise;
        }
        return numberNegative ? -digits : digits;
    }

    /** The last text or key as a whole number: 1 to 18 digits; else {@code otherwise}. */
    long wholeTextOr(long otherwise) {
        byte[] text = bytes;
        int i = textFrom;
        int end = textTo;
        if (textEscaped) {
            text = JsonText.decode(bytes, i, end);
            i = 0;
            end = text.length;
        }
        if (i == end || end - i > 18) {
            return otherwise;
        }
        long value = 0;
        for (; i < end; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return otherwise;
            }
            value = value * 10 + (text[i] - '0');
        }
        return value;
    }

    // Tokens

    private void skipSpace() {
        byte b = bytes[at];
        while (b == ' ' || b == '\t' || b == '\r') {
            b = bytes[++at];
        }
    }

    private void word(String word) throws Broken {
        for (int i = 0; i < word.length(); i++) {
            if (bytes[at] != word.charAt(i)) {
                throw broken(FindingCode.INVALID_JSON, at);
            }
            at++;
        }
    }

    /** Reads a text, from its opening quote to behind its closing one, eight bytes at a time while they are plain. */
    private void text() throws Broken {
        byte[] in = bytes;
        int i = at + 1;
        textFrom = i;
        textEscaped = false;
        while (true) {
            long word = LittleEndian.at(in, i);
            long special = special(word);
            if (special == 0) {
                i += 8;
                continue;
            }
            i += Long.numberOfTrailingZeros(special) >>> 3;
            byte b = in[i];
            if (b == '"') {
                textTo = i;
                at = i + 1;
                return;
            }
            if (b == '\\') {
                textEscaped = true;
                i = escape(i);
            } else if (b < 0) {
                i = Utf8.after(in, i);
                if (i < 0) {
                    throw broken(FindingCode.INVALID_UTF8, ~i);
                }
            } else {
                throw broken(FindingCode.INVALID_JSON, i);
            }
        }
    }

    /** Marks, in the lowest marked byte rightly, quotes, backslashes, control bytes and whatever is not ASCII. */
    private static long special(long word) {
        long quote = word ^ QUOTES;
        long backslash = word ^ BACKSLASHES;
        return ((quote - EACH_BYTE) & ~quote | (backslash - EACH_BYTE) & ~backslash | (word - SPACES) & ~word | word) & HIGH_BITS;
    }

    /** @return the place behind the escape that begins here */
    private int escape(int i) throws Broken {
        switch (bytes[i + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
                return i + 2;
            case 'u':
                break;
            default:
                throw broken(FindingCode.INVALID_JSON, i + 1);
        }
        int unit = unit(i);
        if ((unit & 0xf800) != 0xd800) {
            return i + 6;
        }
        if (unit < 0xdc00 && bytes[i + 6] == '\\' && bytes[i + 7] == 'u' && (unit(i + 6) & 0xfc00) == 0xdc00) {
            return i + 12;
        }
        if (loneSurrogate < 0) {
            loneSurrogate = i;
        }
        return i + 6;
    }

    private int unit(int backslash) throws Broken {
        int unit = 0;
        for (int k = 2; k < 6; k++) {
            int digit = JsonText.hexDigit(bytes[backslash + k]);
            if (digit < 0) {
                throw broken(FindingCode.INVALID_JSON, backslash + k);
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    /** Reads a number. Up to seven digits before and behind the point, as nearly all have, are read at once. */
    private void number() throws Broken {
        byte[] in = bytes;
        int first = in[at] == '-' ? at + 1 : at;
        long word = LittleEndian.lessZeros(in, first);
        int count = LittleEndian.digits(word);
        int end = first + count;
        if (count == 0 || count == 8 || count > 1 && in[first] == '0') {
            longNumber();
            return;
        }
        long value = LittleEndian.number(word, count);
        int decimals = 0;
        if (in[end] == '.') {
            long behind = LittleEndian.lessZeros(in, end + 1);
            decimals = LittleEndian.digits(behind);
            if (decimals == 0 || decimals == 8) {
                longNumber();
                return;
            }
            value = value * LittleEndian.ten(decimals) + LittleEndian.number(behind, decimals);
            end += 1 + decimals;
        }
        if ((in[end] | 0x20) == 'e') {
            longNumber();
            return;
        }
        numberFrom = at;
        numberTo = end;
        numberNegative = first > at;
        numberWhole = decimals == 0;
        digits = value;
        digitCount = count + decimals;
        exponent = -decimals;
        at = end;
    }

    /** Reads any number, digit by digit. */
    private void longNumber() throws Broken {
        byte[] in = bytes;
        int i = at;
        numberFrom = i;
        numberNegative = in[i] == '-';
        if (numberNegative) {
            i++;
        }
        long value = 0;
        int first = i;
        byte b = in[i];
        if (b == '0') {
            b = in[++i];
        } else {
            while (b >= '0' && b <= '9') {
                value = value * 10 + (b - '0');
                b = in[++i];
            }
        }
        if (i == first) {
            throw broken(FindingCode.INVALID_JSON, i);
        }
        int count = i - first;
        int scale = 0;
        boolean whole = true;
        if (b == '.') {
            whole = false;
            int point = i;
            b = in[++i];
            while (b >= '0' && b <= '9') {
                value = value * 10 + (b - '0');
                b = in[++i];
            }
            scale = point + 1 - i;
            if (scale == 0) {
                throw broken(FindingCode.INVALID_JSON, i);
            }
            count -= scale;
        }
        if ((b | 0x20) == 'e') {
            whole = false;
            b = in[++i];
            boolean down = b == '-';
            if (down || b == '+') {
                b = in[++i];
            }
            int exponentFrom = i;
            int power = 0;
            while (b >= '0' && b <= '9') {
                power = Math.min(power * 10 + (b - '0'), 1_000_000);
                b = in[++i];
            }
            if (i == exponentFrom) {
                throw broken(FindingCode.INVALID_JSON, i);
            }
            scale += down ? -power : power;
        }
        at = i;
        numberTo = i;
        numberWhole = whole;
        digits = value;
        digitCount = count;
        exponent = scale;
    }

    // Containers and their keys

    private void enter(boolean object) throws Broken {
        if (depth == MAX_DEPTH) {
            throw broken(FindingCode.NESTING_TOO_DEEP, at);
        }
        at++;
        depth++;
        inObject[depth] = object;
        firstKey[depth] = keys;
        fresh = true;
    }

    private void leave() {
        at++;
        keys = firstKey[depth];
        depth--;
        fresh = false;
    }

    /** Holds the key just read against those of its object before it. */
    private void remember() throws Broken {
        byte[] raw = bytes;
        int from = textFrom;
        int to = textTo;
        if (textEscaped) {
            byte[] decoded = JsonText.decode(bytes, textFrom, textTo);
            raw = Arrays.copyOf(decoded, decoded.length + SLACK);
            from = 0;
            to = decoded.length;
        }
        long print = KeyTable.print(raw, from, to);
        this.print = print;
        lastKeyFrom = textFrom;
        lastKeyTo = textTo;
        lastKeyEscaped = textEscaped;
        int first = firstKey[depth];
        int known = keys - first;
        if (known <= FEW_KEYS) {
            for (int i = first; i < keys; i++) {
                if (keyPrint[i] == print && sameKey(keyFrom[i])) {
                    throw broken(FindingCode.DUPLICATE_KEY, textFrom);
                }
            }
            if (known == FEW_KEYS) {
                table().refill(keyPrint, first, keys);
            }
        } else if (table().crowded()) {
            if (!table().sorted().add(JsonText.decode(bytes, textFrom, textTo))) {
                throw broken(FindingCode.DUPLICATE_KEY, textFrom);
            }
        } else {
            for (int i = table().first(print); i >= 0; i = table().next(print)) {
                if (sameKey(keyFrom[i])) {
                    throw broken(FindingCode.DUPLICATE_KEY, textFrom);
                }
            }
        }
        if (known >= FEW_KEYS) {
            if (!table().crowded()) {
                table().add(print, keys);
            }
            if (table().crowded() && table().sorted().isEmpty()) {
                sortKeys(first);
            }
        }
        append(textFrom, print);
    }

    private void append(int from, long print) {
        if (keys == keyFrom.length) {
            keyFrom = Arrays.copyOf(keyFrom, 2 * keys);
            keyPrint = Arrays.copyOf(keyPrint, 2 * keys);
        }
        keyFrom[keys] = from;
        keyPrint[keys] = print;
        keys++;
    }

    /** Puts the keys of the object so far, and the one just read, into the set that takes over from its table. */
    private void sortKeys(int first) {
        for (int i = first; i < keys; i++) {
            table().sorted().add(JsonText.decode(bytes, keyFrom[i], JsonText.closingQuote(bytes, keyFrom[i])));
        }
        table().sorted().add(JsonText.decode(bytes, textFrom, textTo));
    }

    private KeyTable table() {
        if (tables[depth] == null) {
            tables[depth] = new KeyTable();
        }
        return tables[depth];
    }

    /** Whether the key that begins there is, decoded, the one just read. */
    private boolean sameKey(int from) {
        int to = JsonText.closingQuote(bytes, from);
        return Arrays.equals(JsonText.decode(bytes, from, to), JsonText.decode(bytes, textFrom, textTo));
    }

    private Broken broken(FindingCode code, int where) {
        broken.code = code;
        broken.at = where;
        broken.behind = false;
        return broken;
    }
}
