package dev.truepipe.manifest;

/**
 * Objects in an array that have the keys of the one before, in its order, and under them nothing but short numbers: what boxes and
 * their confidences are. Read in one go, without a step of {@link JsonCursor} for each key. Whatever is the least bit different is
 * left to the cursor, which reads the same and more.
 */
final class PlainObjects {
    private final KeyOrder order;
    /** By the key's place in the order. */
    private final double[] values = new double[KeyOrder.MOST_KEYS];
    private final boolean[] whole = new boolean[KeyOrder.MOST_KEYS];

    PlainObjects(KeyOrder order) {
        this.order = order;
    }

    /**
     * Reads an object.
     *
     * @param at its brace
     * @return the place behind its closing brace; -1 if it is no such object
     */
    int read(byte[] bytes, int at) {
        int known = order.known();
        if (known == 0 || bytes[at] != '{') {
            return -1;
        }
        int i = at + 1;
        for (int key = 0; key < known; key++) {
            if (!order.expects(key, bytes, i)) {
                return -1;
            }
            i += order.length();
            if (bytes[i] == ' ') {
                // As Python writes it.
                i++;
            }
            boolean negative = bytes[i] == '-';
            int first = negative ? i + 1 : i;
            long word = LittleEndian.lessZeros(bytes, first);
            int count = LittleEndian.digits(word);
            if (count == 0 || count == 8 || count > 1 && bytes[first] == '0') {
                return -1;
            }
            long number = LittleEndian.number(word, count);
            i = first + count;
            byte next = bytes[i];
            if (next == '.') {
                long behind = LittleEndian.lessZeros(bytes, i + 1);
                int decimals = LittleEndian.digits(behind);
                if (decimals == 0) {
                    return -1;
                }
                number = number * LittleEndian.ten(decimals) + LittleEndian.number(behind, decimals);
                if (decimals == 8) {
                    long further = LittleEndian.lessZeros(bytes, i + 9);
                    int more = LittleEndian.digits(further);
                    if (count + 8 + more > Fraction.MOST_DIGITS) {
                        return -1;
                    }
                    number = more == 0 ? number : number * LittleEndian.ten(more) + LittleEndian.number(further, more);
                    decimals += more;
                }
                i += 1 + decimals;
                next = bytes[i];
                double value = Fraction.of(number, decimals);
                values[key] = negative ? -value : value;
                whole[key] = false;
            } else {
                values[key] = negative ? -(double) number : number;
                whole[key] = true;
            }
            if (next != (key + 1 < known ? ',' : '}')) {
                return -1;
            }
        }
        return i + 1;
    }

    /** Value of the last object under a key. @param key its place among the object's keys */
    double value(int key) {
        return values[key];
    }

    /** Whether it was written without a decimal point. */
    boolean whole(int key) {
        return whole[key];
    }
}
