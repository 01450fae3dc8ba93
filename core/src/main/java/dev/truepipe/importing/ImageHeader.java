package dev.truepipe.importing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Size and channels of a JPEG or PNG, from its head: nothing is decoded.
 *
 * <p>A JPEG that its camera calls turned by a quarter (Exif orientation 5 to 8) has width and height exchanged: that is how tools show it and
 * decoders read it.
 *
 * @param width in pixels, as shown
 * @param height in pixels, as shown
 * @param depth channels: 1 for gray, 3 for colour, 2 and 4 with transparency; a PNG with a palette has 3
 */
record ImageHeader(int width, int height, int depth) {
    private static final long PNG_SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int PNG_IHDR = 0x49484452;
    private static final int JPEG_START = 0xffd8;
    /** Heads are far shorter; behind, a file is no image that anyone would train on. */
    private static final int MOST_SEGMENTS = 10_000;

    /**
     * Reads a head. @param in at the first byte; no more is read than needed
     *
     * @throws IOException if it is neither, or breaks off; the message says so in words
     */
    static ImageHeader read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        try {
            int start = data.readUnsignedShort();
            if (start == JPEG_START) {
                return jpeg(data);
            }
            long signature = (long) start << 48 | (long) data.readUnsignedShort() << 32 | data.readInt() & 0xffff_ffffL;
            if (signature == PNG_SIGNATURE) {
                return png(data);
            }
        } catch (EOFException e) {
            throw new IOException("it breaks off before its size is told", e);
        }
        throw new IOException("it is neither JPEG nor PNG");
    }

    private static ImageHeader png(DataInputStream data) throws IOException {
        data.readInt();
        if (data.readInt() != PNG_IHDR) {
            throw new IOException("it is a PNG that does not begin with its header");
        }
        int width = data.readInt();
        int height = data.readInt();
        data.readUnsignedByte();
        int depth = switch (data.readUnsignedByte()) {
            case 0 -> 1;
            case 4 -> 2;
            case 6 -> 4;
            default -> 3;
        };
        return checked(width, height, depth);
    }

    private static ImageHeader jpeg(DataInputStream data) throws IOException {
        boolean turned = false;
        for (int segment = 0; segment < MOST_SEGMENTS; segment++) {
            int marker = data.readUnsignedByte();
            if (marker != 0xff) {
                throw new IOException("it is a JPEG with a damaged head");
            }
            do {
                marker = data.readUnsignedByte();
            } while (marker == 0xff);
            if (marker == 0x01 || marker >= 0xd0 && marker <= 0xd7) {
                continue;
            }
            int length = data.readUnsignedShort() - 2;
            if (length < 0 || marker == 0xd9 || marker == 0xda) {
                break;
            }
            boolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (frame) {
                data.readUnsignedByte();
                int height = data.readUnsignedShort();
                int width = data.readUnsignedShort();
                int depth = data.readUnsignedByte();
                return turned ? checked(height, width, depth) : checked(width, height, depth);
            }
            if (marker == 0xe1) {
                byte[] exif = new byte[length];
                data.readFully(exif);
                turned |= turned(exif);
            } else {
                data.skipNBytes(length);
            }
        }
        throw new IOException("it is a JPEG that tells no size");
    }

    /** Whether an Exif segment says orientation 5 to 8. */
    private static boolean turned(byte[] exif) {
        // "Exif", two zeros, then TIFF: byte order, 42, offset of the first directory of 12-byte entries.
        if (exif.length < 14 || exif[0] != 'E' || exif[1] != 'x' || exif[2] != 'i' || exif[3] != 'f') {
            return false;
        }
        boolean little = exif[6] == 'I';
        long directory = 6 + number(exif, 10, 4, little);
        if (directory + 2 > exif.length) {
            return false;
        }
        long entries = number(exif, (int) directory, 2, little);
        for (long i = 0; i < entries; i++) {
            long entry = directory + 2 + 12 * i;
            if (entry + 12 > exif.length) {
                return false;
            }
            if (number(exif, (int) entry, 2, little) == 0x0112) {
                long orientation = number(exif, (int) entry + 8, 2, little);
                return orientation >= 5 && orientation <= 8;
            }
        }
        return false;
    }

    private static long number(byte[] bytes, int from, int length, boolean little) {
        long number = 0;
        for (int i = 0; i < length; i++) {
            number = number << 8 | bytes[little ? from + length - 1 - i : from + i] & 0xff;
        }
        return number;
    }

    private static ImageHeader checked(int width, int height, int depth) throws IOException {
        if (width <= 0 || height <= 0) {
            throw new IOException("it says that it is " + width + " × " + height + " pixels");
        }
        return new ImageHeader(width, height, depth);
    }
}
