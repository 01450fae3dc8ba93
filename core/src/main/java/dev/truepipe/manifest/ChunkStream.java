package dev.truepipe.manifest;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a manifest from a place on, decompressed, asked for in ranges: first up to the chunk's end, then, for the line
 * that reaches out of it, 1 MiB at a time. So a chunk of a large object is never an open-ended request.
 */
public final class ChunkStream implements Closeable {
    private static final long READ_AHEAD_BYTES = 1 << 20;

    private final ByteSource source;
    private final boolean gzip;
    private final String manifest;
    private final long to;
    private InputStream stream;
    private long streamEnd;
    private long position;

    /** @param start offset of the first byte wanted, in decompressed bytes */
    public ChunkStream(ByteSource source, ManifestChunk chunk, long start) throws IOException {
        this.source = source;
        this.gzip = chunk.gzip();
        this.to = gzip ? ByteSource.END : chunk.to();
        this.manifest = chunk.manifest();
        if (gzip) {
            streamEnd = ByteSource.END;
            try {
                stream = decompressed();
                stream.skipNBytes(start);
            } catch (EOFException | ZipException e) {
                close();
                throw damaged(e);
            }
        }
        position = start;
    }

    private DamagedGzipException damaged(IOException e) {
        return new DamagedGzipException(manifest + " is gzip, but damaged or cut off (" + e.getMessage() + "); compress or copy it again", e);
    }

    /** Compressed data that cannot be read to its end; the message names the manifest. */
    public static final class DamagedGzipException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedGzipException(String message, IOException cause) {
            super(message, cause);
        }
    }

    /** As {@link InputStream#read(byte[], int, int)}: waits for a byte or more, -1 at the manifest's end. */
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (stream == null) {
            open(Math.max(to, position + 1));
        }
        while (true) {
            int count = take(buffer, offset, length);
            if (count > 0) {
                position += count;
                return count;
            }
            if (position < streamEnd) {
                return -1;
            }
            stream.close();
            open(position + READ_AHEAD_BYTES);
        }
    }

    private int take(byte[] buffer, int offset, int length) throws IOException {
        if (!gzip) {
            return stream.read(buffer, offset, length);
        }
        try {
            return stream.read(buffer, offset, length);
        } catch (EOFException | ZipException e) {
            throw damaged(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }

    private void open(long end) throws IOException {
        streamEnd = end;
        stream = source.open(position, end);
    }

    private InputStream decompressed() throws IOException {
        PushbackInputStream raw = new PushbackInputStream(source.open(0, ByteSource.END));
        try {
            int first = raw.read();
            if (first < 0) {
                return raw;
            }
            raw.unread(first);
            return new GZIPInputStream(raw, 64 << 10);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }
}
