package dev.truepipe.examples.streetcars.scene;

/** What real labeling output has wrong with it now and then, planted once each so that a validator has work. */
public enum Defect {
    /** The task expired: the line has {@code <label>-metadata} with a {@code failure-reason}, and no label. */
    FAILED_OBJECT,
    /** A box reaches beyond the right edge of its picture. */
    BOX_OUTSIDE_IMAGE,
    /** A box has a {@code class_id} that the line's {@code class-map} does not list. */
    UNKNOWN_CLASS,
    /** The line was cut in the middle: not JSON any more. */
    BROKEN_JSON,
    /** The same picture was labeled at two dates; the count is of the older, replaced lines, which are good lines. */
    LABELED_TWICE
}
