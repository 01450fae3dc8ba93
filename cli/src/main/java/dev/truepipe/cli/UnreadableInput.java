package dev.truepipe.cli;

/** Wrong usage, or something that cannot be read: exit code 2, with what to do about it. */
final class UnreadableInput extends Exception {
    private final String file;
    private final String cure;

    /**
     * @param file what cannot be used: a path, a URI or an option
     * @param message what is wrong with it
     * @param cure how to mend it
     */
    UnreadableInput(String file, String message, String cure) {
        super(message);
        this.file = file;
        this.cure = cure;
    }

    String file() {
        return file;
    }

    String cure() {
        return cure;
    }
}
