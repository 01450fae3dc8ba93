package dev.truepipe.importing;

import java.io.IOException;
import java.io.Reader;

/** Lines as {@code BufferedReader} parts them, but none that fills the memory: of a longer one its beginning comes, and the rest is passed over. */
final class BoundedLines {
    /** Characters of a line. */
    static final int LONGEST = 1 << 20;

    private final Reader in;
    private boolean afterReturn;

    /** @param in buffered; not closed here */
    BoundedLines(Reader in) {
        this.in = in;
    }

    /** The next line; {@code null} at the end. One character more than {@value #LONGEST} means that it was longer. */
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        if (afterReturn && c == '\n') {
            c = in.read();
        }
        afterReturn = false;
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n' && c != '\r'; c = in.read()) {
            if (line.length() <= LONGEST) {
                line.append((char) c);
            }
        }
        afterReturn = c == '\r';
        return line.toString();
    }
}
