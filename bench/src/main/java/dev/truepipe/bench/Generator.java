package dev.truepipe.bench;

import dev.truepipe.split.HoldOut;
import dev.truepipe.split.Murmur3;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Makes the lines of an object-detection manifest as a labeling job writes them, one after the other, from a seed.
 *
 * <p>Street scenes with a varied number of boxes, whole and broken pixels, eight classes, partial class maps, an image without boxes now and
 * then. One line in two hundred is defective, in one of six ways that any reader of JSON can find ({@code bench/README.md} lists
 * them). The share of duplicates are lines that label an earlier object again; every line's creation date is later than the
 * one before.
 *
 * <p><b>Sides.</b> The last two digits of an image's name are chosen so that they are below 20 exactly if Truepipe's hash
 * holds the object out at 20 % and seed 1. So a contestant without that hash splits alike, by two digits.
 */
final class Generator {
    /** Raised whenever the same seed would give other lines. */
    static final int VERSION = 1;
    static final String LABEL = "cars";
    static final HoldOut HOLD_OUT = new HoldOut(2_000, 1);
    /** Most boxes of a line of common length: 400 to 1,500 bytes, 700 on average. */
    static final int MANY_BOXES = 14;

    private static final int HELD_BELOW = 20;
    private static final int ONE_DEFECT_IN = 200;
    private static final int ONE_EMPTY_IN = 100;
    private static final int DEFECTS = 6;
    private static final int LONGEST_LINE = 4_096;
    private static final byte FIRST_OF_TWO = (byte) 0xc3;
    private static final int SECONDS_A_DAY = 86_400;
    private static final int[][] SIZES = {{1_280, 720}, {1_920, 1_080}, {640, 480}, {2_048, 1_536}};
    private static final String[] CLASSES = {"car", "truck", "bus", "motorcycle", "bicycle", "pedestrian", "traffic light", "Straßenbahn"};

    /** The few constant texts as bytes. */
    private final Map<String, byte[]> texts = new HashMap<>();

    private final long seed;
    private final SplittableRandom random;
    private final int duplicatesPercent;
    private final int mostBoxes;
    private final byte[] line = new byte[LONGEST_LINE];
    private final byte[] key = new byte[64];
    private final BitSet used = new BitSet();
    private int length;
    private int keyLength;
    private long lines;
    private long objects;
    private long object;
    private boolean accepted;
    private boolean held;

    /** @param duplicatesPercent share of lines that label an earlier object again, 0 to 99
     *  @param mostBoxes at least 1 and at most {@link #MANY_BOXES} */
    Generator(long seed, int duplicatesPercent, int mostBoxes) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.duplicatesPercent = duplicatesPercent;
        this.mostBoxes = mostBoxes;
    }

    /** Makes the next line, without a line feed: {@link #length} bytes of {@link #line}. */
    void next() {
        boolean again = objects > 0 && random.nextInt(100) < duplicatesPercent;
        object = again ? random.nextLong(objects) : objects++;
        image(object);
        int defect = random.nextInt(ONE_DEFECT_IN) == 0 ? random.nextInt(DEFECTS) : -1;
        accepted = defect < 0;
        length = 0;
        put("{\"source-ref\":\"").put(key, keyLength).put("\",");
        if (defect == 0) {
            put("\"cars-metadata\":{\"failure-reason\":\"ClientError: Annotation tasks expired.\",\"human-annotated\":\"true\",\"retry-count\":1}}");
        } else {
            label(defect);
        }
        if (defect == 1) {
            length = 1 + random.nextInt(length - 1);
            // Not within a character: what reads text only could not tell such a line from any other.
            length -= line[length - 1] == FIRST_OF_TWO ? 1 : 0;
        }
        lines++;
    }

    byte[] line() {
        return line;
    }

    int length() {
        return length;
    }

    /** Whether the last line is free of defects. */
    boolean accepted() {
        return accepted;
    }

    /** Whether its object is held out. */
    boolean held() {
        return held;
    }

    /** Its object's number, from 0. */
    long object() {
        return object;
    }

    /** The object's image: its last four digits are drawn until the hash agrees with the last two on the side. */
    private void image(long number) {
        SplittableRandom own = new SplittableRandom(seed + 0x9e3779b97f4a7c15L * (number + 1));
        held = own.nextInt(100) < HELD_BELOW;
        length = 0;
        put("s3://street-images/2025/cam-").digits(own.nextInt(40), 2).put("/").digits((int) number, 9).put("-0000.jpg");
        keyLength = length;
        System.arraycopy(line, 0, key, 0, keyLength);
        do {
            int side = held ? own.nextInt(HELD_BELOW) : HELD_BELOW + own.nextInt(100 - HELD_BELOW);
            int drawn = own.nextInt(100) * 100 + side;
            for (int at = keyLength - ".jpg".length() - 1, digit = 0; digit < 4; at--, digit++) {
                key[at] = (byte) ('0' + drawn % 10);
                drawn /= 10;
            }
        } while (HOLD_OUT.holds(Murmur3.hash(key, 0, keyLength)) != held);
    }

    private void label(int defect) {
        int[] size = SIZES[random.nextInt(SIZES.length)];
        int boxes = defect < 0 && random.nextInt(ONE_EMPTY_IN) == 0 ? 0 : 1 + random.nextInt(mostBoxes) * random.nextInt(mostBoxes) / mostBoxes;
        boolean broken = random.nextInt(5) == 0;
        used.clear();
        put("\"cars\":{\"image_size\":[{\"width\":").number(size[0]).put(",\"height\":").number(size[1]).put(",\"depth\":3}],\"annotations\":[");
        put(defect == 2 ? "," : "");
        for (int box = 0; box < boxes; box++) {
            // Cars are common, trams are rare.
            int id = Math.min(random.nextInt(CLASSES.length), random.nextInt(CLASSES.length));
            used.set(id);
            int width = 8 + random.nextInt(size[0] / 4);
            int height = 8 + random.nextInt(size[1] / 4);
            int left = random.nextInt(size[0] - width - 2) + (defect == 3 && box == 0 ? size[0] : 0);
            put(box == 0 ? "{\"class_id\":" : ",{\"class_id\":").number(defect == 4 && box == 0 ? 99 : id);
            put(",\"top\":").pixels(random.nextInt(size[1] - height - 2), broken).put(",\"left\":").pixels(left, broken);
            put(",\"height\":").pixels(height, broken).put(",\"width\":");
            if (defect == 5 && box == 0) {
                number(0);
            } else {
                pixels(width, broken);
            }
            put("}");
        }
        put("]},\"cars-metadata\":{\"objects\":[");
        for (int box = 0; box < boxes; box++) {
            put(box == 0 ? "{\"confidence\":0." : ",{\"confidence\":0.").digits(random.nextInt(100), 2).put("}");
        }
        put("],\"class-map\":{");
        for (int id = used.nextSetBit(0), first = id; id >= 0; id = used.nextSetBit(id + 1)) {
            put(id == first ? "\"" : ",\"").number(id).put("\":\"").put(CLASSES[id]).put("\"");
        }
        put("},\"type\":\"groundtruth/object-detection\",\"human-annotated\":\"yes\",\"creation-date\":\"").date();
        put("\",\"job-name\":\"labeling-job/street-cars\"}}");
    }

    /** A second after the line before, from March 2025 on, in months of 28 days. */
    private Generator date() {
        int second = (int) (lines % SECONDS_A_DAY);
        int day = (int) (lines / SECONDS_A_DAY);
        int month = 2 + day / 28;
        number(2_025 + month / 12).put("-").digits(1 + month % 12, 2).put("-").digits(1 + day % 28, 2).put("T").digits(second / 3_600, 2);
        return put(":").digits(second / 60 % 60, 2).put(":").digits(second % 60, 2).put(".").digits(random.nextInt(1_000_000), 6);
    }

    /** A whole number, or one with a fraction below 1: as drawn by one person, or as the mean of several. */
    private Generator pixels(int whole, boolean broken) {
        number(whole);
        return !broken ? this : switch (random.nextInt(3)) {
            case 0 -> put(".").digits(1 + random.nextInt(9), 1);
            case 1 -> put(".").digits(random.nextInt(100), 2);
            default -> put(".").digits(random.nextInt(1_000_000_000), 9).digits(random.nextInt(10_000), 4);
        };
    }

    private Generator number(int value) {
        int digits = 1;
        for (int rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits(value, digits);
    }

    private Generator digits(int value, int digits) {
        int rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            line[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    private Generator put(String text) {
        byte[] bytes = texts.computeIfAbsent(text, words -> words.getBytes(StandardCharsets.UTF_8));
        return put(bytes, bytes.length);
    }

    private Generator put(byte[] bytes, int count) {
        System.arraycopy(bytes, 0, line, length, count);
        length += count;
        return this;
    }
}
