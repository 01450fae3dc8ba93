package dev.truepipe.importing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The images of a COCO file: id, size and name of each, in the order of the file, found again by id. About 40 bytes an image, and its name.
 */
final class CocoImages {
    private static final int BLOCK_BYTES = 1 << 20;

    private long[] ids = new long[1 << 10];
    private int[] widths = new int[1 << 10];
    private int[] heights = new int[1 << 10];
    private long[] namesAt = new long[1 << 10];
    private int[] nameLengths = new int[1 << 10];
    private byte[][] names = new byte[16][];
    private long namesEnd;
    private int count;
    /** By hash of the id, the image plus one. At most half full. */
    private int[] slots = new int[1 << 11];

    /** @param name {@code null} if it has none @return whether the id is new; the image is not entered otherwise */
    boolean add(long id, int width, int height, String name) {
        if (2 * (count + 1) > slots.length) {
            slots = new int[2 * slots.length];
            for (int i = 0; i < count; i++) {
                slots[slot(ids[i])] = i + 1;
            }
        }
        int slot = slot(id);
        if (slots[slot] != 0) {
            return false;
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            widths = Arrays.copyOf(widths, 2 * count);
            heights = Arrays.copyOf(heights, 2 * count);
            namesAt = Arrays.copyOf(namesAt, 2 * count);
            nameLengths = Arrays.copyOf(nameLengths, 2 * count);
        }
        ids[count] = id;
        widths[count] = width;
        heights[count] = height;
        nameLengths[count] = -1;
        if (name != null) {
            keep(name);
        }
        slots[slot] = ++count;
        return true;
    }

    private void keep(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        namesAt[count] = namesEnd;
        nameLengths[count] = utf8.length;
        for (int from = 0; from < utf8.length;) {
            int block = (int) (namesEnd / BLOCK_BYTES);
            int at = (int) (namesEnd % BLOCK_BYTES);
            if (block == names.length) {
                names = Arrays.copyOf(names, 2 * block);
            }
            if (names[block] == null) {
                names[block] = new byte[BLOCK_BYTES];
            }
            int length = Math.min(utf8.length - from, BLOCK_BYTES - at);
            System.arraycopy(utf8, from, names[block], at, length);
            from += length;
            namesEnd += length;
        }
    }

    /** The image's place, from 0, or -1. */
    int find(long id) {
        return slots[slot(id)] - 1;
    }

    int count() {
        return count;
    }

    long id(int image) {
        return ids[image];
    }

    int width(int image) {
        return widths[image];
    }

    int height(int image) {
        return heights[image];
    }

    String name(int image) {
        if (nameLengths[image] < 0) {
            return null;
        }
        byte[] utf8 = new byte[nameLengths[image]];
        for (int done = 0; done < utf8.length;) {
            long from = namesAt[image] + done;
            int at = (int) (from % BLOCK_BYTES);
            int length = Math.min(utf8.length - done, BLOCK_BYTES - at);
            System.arraycopy(names[(int) (from / BLOCK_BYTES)], at, utf8, done, length);
            done += length;
        }
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private int slot(long id) {
        long hash = id * 0x9e3779b97f4a7c15L;
        int slot = (int) (hash >>> 32) & slots.length - 1;
        while (slots[slot] != 0 && ids[slots[slot] - 1] != id) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }
}
