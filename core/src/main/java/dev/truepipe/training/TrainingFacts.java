package dev.truepipe.training;

/**
 * What a sealed dataset tells about training on it.
 *
 * @param version the sealed version
 * @param task such as {@code object-detection}
 * @param sourceAttribute what carries the objects: {@code source-ref} or {@code source}; {@code null} if no one attribute does
 * @param labelAttribute the canonical label attribute
 * @param multiLabel whether a line's label is a list of class ids
 * @param train lines in the train manifest
 * @param validation lines in the validation manifest
 * @param classes number of classes: those of the category list if there is one, else highest id + 1
 * @param mostBoxes most annotations on one line of either manifest
 */
public record TrainingFacts(
        String version,
        String task,
        String sourceAttribute,
        String labelAttribute,
        boolean multiLabel,
        long train,
        long validation,
        long classes,
        long mostBoxes) {}
