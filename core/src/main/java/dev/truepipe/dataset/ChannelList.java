package dev.truepipe.dataset;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** The channels of a chunk's lines, a byte each. */
final class ChannelList {
    private static final Channel[] CHANNELS = Channel.values();

    private byte[] ordinals = new byte[1 << 10];
    private int size;

    void add(Channel channel) {
        if (size == ordinals.length) {
            ordinals = Arrays.copyOf(ordinals, Math.addExact(size, size >> 1));
        }
        ordinals[size++] = (byte) channel.ordinal();
    }

    Channel get(int line) {
        return CHANNELS[ordinals[line]];
    }

    void clear() {
        size = 0;
    }

    /** Their number, four bytes, then a byte for each. */
    void write(DataOutputStream out) throws IOException {
        out.writeInt(size);
        out.write(ordinals, 0, size);
    }
}
