package dev.truepipe.manifest;

import dev.truepipe.storage.S3Uri;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** So many bytes of an object and no fewer: an end that comes before is a failure. */
final class WholeStream extends FilterInputStream {
    private final S3Uri uri;
    private final long expected;
    private long read;

    WholeStream(InputStream in, S3Uri uri, long expected) {
        super(in);
        this.uri = uri;
        this.expected = expected;
    }

    @Override
    public int read() throws IOException {
        int b = in.read();
        took(b < 0 ? -1 : 1);
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        took(count);
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = in.skip(count);
        read += skipped;
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void took(int count) throws IOException {
        if (count >= 0) {
            read += count;
        } else if (read < expected) {
            throw new EOFException(uri + " broke off after " + read + " bytes, " + expected + " were expected");
        }
    }
}
