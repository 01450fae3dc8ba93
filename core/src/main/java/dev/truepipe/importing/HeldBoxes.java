package dev.truepipe.importing;

import java.util.Arrays;

/**
 * The boxes of some images of a file that lists the two apart: of the first images that are not written yet, in the order of the file, 60 bytes each.
 *
 * <p>There is room for so many and no more. When it is full, the images behind the first half's are given up, for a later reading of the
 * file: so any file goes through the same memory, a larger one in more readings.
 */
final class HeldBoxes {
    /** An image with more boxes is none. */
    static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1;
        final transient int image;

        TooManyException(int image) {
            super("image " + image + " has too many boxes", null, false, false);
            this.image = image;
        }
    }

    /** What is wrong with a box, if anything. */
    static final byte FINE = 0;
    static final byte CROWD = 1;
    static final byte SEGMENTATION_ONLY = 2;
    static final byte NO_BOX = 3;

    private final int most;
    private int first;
    private int behind;
    private int count;
    private int[] images = new int[1 << 10];
    private int[] categories = new int[1 << 10];
    private int[] places = new int[1 << 10];
    private long[] ids = new long[1 << 10];
    private double[] boxes = new double[4 << 10];
    private float[] scores = new float[1 << 10];
    private byte[] states = new byte[1 << 10];

    /** @param most annotations there is room for */
    HeldBoxes(int most) {
        this.most = most;
    }

    /** Starts on another reading, in the same memory. @param from first image that is wanted @param to first that is not */
    void begin(int from, int to) {
        first = from;
        behind = to;
        count = 0;
    }

    boolean wants(int image) {
        return image >= first && image < behind;
    }

    /** The first image that was given up. */
    int behind() {
        return behind;
    }

    int count() {
        return count;
    }

    /** @param box four numbers @param score NaN if a person drew it */
    void add(int image, int category, int place, long id, double[] box, float score, byte state) {
        if (count == most) {
            giveUp();
            if (!wants(image)) {
                return;
            }
        }
        if (count == images.length) {
            int room = (int) Math.min(most, 2L * count);
            images = Arrays.copyOf(images, room);
            categories = Arrays.copyOf(categories, room);
            places = Arrays.copyOf(places, room);
            ids = Arrays.copyOf(ids, room);
            boxes = Arrays.copyOf(boxes, 4 * room);
            scores = Arrays.copyOf(scores, room);
            states = Arrays.copyOf(states, room);
        }
        images[count] = image;
        categories[count] = category;
        places[count] = place;
        ids[count] = id;
        System.arraycopy(box, 0, boxes, 4 * count, 4);
        scores[count] = score;
        states[count] = state;
        count++;
    }

    private void giveUp() {
        int[] ofImage = new int[behind - first];
        for (int i = 0; i < count; i++) {
            ofImage[images[i] - first]++;
        }
        int last = first;
        for (int sum = ofImage[0]; last + 1 < behind && sum + ofImage[last + 1 - first] <= most / 2; sum += ofImage[last - first]) {
            last++;
        }
        behind = last + 1;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (images[i] < behind) {
                move(i, kept++);
            }
        }
        count = kept;
        if (count == most) {
            throw new TooManyException(first);
        }
    }

    private void move(int from, int to) {
        images[to] = images[from];
        categories[to] = categories[from];
        places[to] = places[from];
        ids[to] = ids[from];
        System.arraycopy(boxes, 4 * from, boxes, 4 * to, 4);
        scores[to] = scores[from];
        states[to] = states[from];
    }

    /** The annotations by image, and of one image in the order of the file: their places here. */
    int[] byImage() {
        int[] starts = new int[behind - first + 1];
        for (int i = 0; i < count; i++) {
            starts[images[i] - first + 1]++;
        }
        for (int i = 1; i < starts.length; i++) {
            starts[i] += starts[i - 1];
        }
        int[] sorted = new int[count];
        for (int i = 0; i < count; i++) {
            sorted[starts[images[i] - first]++] = i;
        }
        return sorted;
    }

    /** Ids that more than one has, ascending, each once; {@code missing} apart. */
    long[] repeatedIds(long missing) {
        boolean ascending = true;
        for (int i = 1; ascending && i < count; i++) {
            ascending = ids[i] > ids[i - 1];
        }
        if (ascending) {
            return new long[0];
        }
        long[] sorted = Arrays.copyOf(ids, count);
        Arrays.sort(sorted);
        long[] found = new long[8];
        int many = 0;
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1] && sorted[i] != missing && (many == 0 || found[many - 1] != sorted[i])) {
                found = many == found.length ? Arrays.copyOf(found, 2 * many) : found;
                found[many++] = sorted[i];
            }
        }
        return Arrays.copyOf(found, many);
    }

    int image(int i) {
        return images[i];
    }

    int category(int i) {
        return categories[i];
    }

    /** In the file's list, from 0. */
    int place(int i) {
        return places[i];
    }

    long id(int i) {
        return ids[i];
    }

    double box(int i, int number) {
        return boxes[4 * i + number];
    }

    float score(int i) {
        return scores[i];
    }

    byte state(int i) {
        return states[i];
    }
}
