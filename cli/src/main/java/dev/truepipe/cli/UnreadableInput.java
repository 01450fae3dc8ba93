package dev.truepipe.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

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

    /** What failed, in words that need no knowledge of Java. */
    static String words(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no file or folder " + missing.getFile();
            case AccessDeniedException denied -> denied.getFile() + " may not be used: permission denied";
            case FileAlreadyExistsException there -> there.getFile() + " is there already, and is no folder";
            case FileSystemException other -> other.getFile() + " cannot be used" + (other.getReason() == null ? "" : ": " + other.getReason());
            default -> e.getMessage() == null ? "reading or writing failed (" + e.getClass().getSimpleName() + ")" : e.getMessage();
        };
    }

    String file() {
        return file;
    }

    String cure() {
        return cure;
    }
}
