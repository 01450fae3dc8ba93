package dev.truepipe.manifest;

import dev.truepipe.manifest.JsonCursor.Key;

/**
 * The keys of one kind of object in the order in which they came last time, so that {@link JsonCursor} need not read them
 * again: whoever wrote a line wrote the next one the same way.
 *
 * <p>Held against an object key by key. As long as its bytes from value to key to colon are those of last time they mean the
 * same, and its keys differ from each other as they did then. At the first that is another the old order is forgotten from there
 * on, and the object's own is learned. An object that ends sooner forgets nothing.
 */
final class KeyOrder {
    /** What {@link #field} says of a key that nobody asked for. */
    static final int OTHER = -1;
    /** Keys that are remembered; later ones are read each time. */
    static final int MOST_KEYS = 16;
    private static final int WORDS = 4;
    /** Longest way from the value before to behind the colon, in bytes. */
    private static final int LONGEST = 8 * WORDS;

    private final Key[] wanted;
    private int known;
    private int last;
    private int field;

    // Of each known key, what stands between the value before it and its own, up to the colon.
    private final long[] words = new long[MOST_KEYS * WORDS];
    private final long[] masks = new long[MOST_KEYS * WORDS];
    private final int[] length = new int[MOST_KEYS];
    private final int[] keyFrom = new int[MOST_KEYS];
    private final int[] keyTo = new int[MOST_KEYS];
    private final long[] print = new long[MOST_KEYS];
    private final int[] fields = new int[MOST_KEYS];

    /** @param wanted the keys that are asked for; {@link #field} gives their places */
    KeyOrder(Key... wanted) {
        this.wanted = wanted;
    }

    /** Which of the wanted keys the last one is, from 0; or {@link #OTHER}. */
    int field() {
        return field;
    }

    /** Whether the object's next key is the one expected. @param key how many it had before @param bytes has {@value #LONGEST} more */
    boolean expects(int key, byte[] bytes, int at) {
        if (key >= known) {
            return false;
        }
        int word = WORDS * key;
        if (((LittleEndian.at(bytes, at) ^ words[word]) & masks[word]) != 0) {
            return false;
        }
        for (int passed = 8; passed < length[key]; passed += 8) {
            word++;
            if (((LittleEndian.at(bytes, at + passed) ^ words[word]) & masks[word]) != 0) {
                return false;
            }
        }
        last = key;
        field = fields[key];
        return true;
    }

    /** Which of the wanted keys that key is. @param key its place among the object's keys */
    int field(int key) {
        return fields[key];
    }

    /** How many keys of the last objects are known, in order: an object with fewer keys leaves known those that one before it had beyond. */
    int known() {
        return known;
    }

    /** Bytes to behind the colon of the key expected. */
    int length() {
        return length[last];
    }

    /** Where in them the key begins, behind its quote. */
    int keyFrom() {
        return keyFrom[last];
    }

    /** Where it ends. */
    int keyTo() {
        return keyTo[last];
    }

    long print() {
        return print[last];
    }

    /**
     * Learns the key that the cursor has just read.
     *
     * @param key how many the object had before
     * @param from where it went on after the value before
     * @param to behind the colon
     */
    void learn(int key, byte[] bytes, int from, int to, JsonCursor cursor) {
        field = OTHER;
        for (int i = 0; i < wanted.length; i++) {
            if (cursor.keyIs(wanted[i])) {
                field = i;
            }
        }
        if (key > known) {
            return;
        }
        known = key;
        if (key == MOST_KEYS || to - from > LONGEST || cursor.textEscaped()) {
            return;
        }
        for (int i = 0; i < WORDS; i++) {
            int left = to - from - 8 * i;
            masks[WORDS * key + i] = left <= 0 ? 0 : left >= 8 ? -1 : -1L >>> 64 - 8 * left;
            words[WORDS * key + i] = left <= 0 ? 0 : LittleEndian.at(bytes, from + 8 * i);
        }
        length[key] = to - from;
        keyFrom[key] = cursor.textFrom() - from;
        keyTo[key] = cursor.textTo() - from;
        print[key] = cursor.print();
        fields[key] = field;
        known = key + 1;
    }
}
