package dev.truepipe.importing;

import java.io.IOException;

/** What is to be imported cannot be read as a whole, or is something else than was said. The message has no file name and no cure. */
public final class UnreadableSourceException extends IOException {
    private static final long serialVersionUID = 1;
    private final String file;
    private final String cure;

    /** @param file path or URI @param message what is wrong with it @param cure how to mend it */
    public UnreadableSourceException(String file, String message, String cure) {
        super(message);
        this.file = file;
        this.cure = cure;
    }

    UnreadableSourceException(String file, String message, String cure, Throwable cause) {
        super(message, cause);
        this.file = file;
        this.cure = cure;
    }

    public String file() {
        return file;
    }

    public String cure() {
        return cure;
    }
}
