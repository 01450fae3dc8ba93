package dev.truepipe.manifest;

import java.util.Arrays;

/**
 * How many of the objects that training would stream are looked at while lines are scanned.
 *
 * <p>{@link #HUNDRED} takes, of each chunk, the {@value ObjectLook#SAMPLE} objects with the lowest hash of their address: the same at every run and
 * on every machine. If one of them cannot be read, all of the chunk are looked at.
 */
public enum ObjectCheck {
    NONE("none"),
    HUNDRED("100"),
    ALL("all");

    private final String word;

    ObjectCheck(String word) {
        this.word = word;
    }

    /** As settings spell it. */
    public String word() {
        return word;
    }

    /** @throws IllegalArgumentException if the word is none of them */
    public static ObjectCheck parse(String word) {
        return Arrays.stream(values()).filter(check -> check.word.equals(word)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("\"" + word + "\" is no number of objects to look at: none, 100 or all"));
    }
}
