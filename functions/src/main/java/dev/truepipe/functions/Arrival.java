package dev.truepipe.functions;

import dev.truepipe.storage.S3Uri;

/** Why a run might start: one thing that a message on the queue says. */
sealed interface Arrival {

    /** An object was written. @param eTag without quotes */
    record Written(S3Uri uri, String eTag) implements Arrival {}

    /** A labeling job ended. @param job its name */
    record LabelingEnded(String job) implements Arrival {}

    /**
     * Somebody, or the clock, wants a look.
     *
     * @param kind {@code sweep} or {@code trigger}
     * @param id unique to the wish
     * @param force whether to run again on what has been run on
     */
    record Wish(String kind, String dataset, String id, boolean force) implements Arrival {}
}
