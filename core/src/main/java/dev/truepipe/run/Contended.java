package dev.truepipe.run;

import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;

/** An object that several runs read and then write on the condition that it is still the one they read. */
final class Contended {
    private Contended() {}

    /** One look, and perhaps one write. */
    interface Attempt<T, E extends Exception> {
        /**
         * @return {@code null} to look again
         * @throws PreconditionFailedException if somebody else wrote in between: look again
         * @throws ObjectMissingException likewise
         */
        T make() throws IOException, E;
    }

    /**
     * Tries until an attempt comes through.
     *
     * @param tries each further one means that somebody else wrote between our read and our write
     * @throws IOException from an attempt, or if none came through
     */
    static <T, E extends Exception> T settle(S3Uri uri, int tries, Attempt<T, E> attempt) throws IOException, E {
        for (int i = 0; i < tries; i++) {
            try {
                T settled = attempt.make();
                if (settled != null) {
                    return settled;
                }
            } catch (ObjectMissingException | PreconditionFailedException changed) {
                // Somebody else has just written it: look again.
                continue;
            }
        }
        throw new IOException(uri + " changes faster than it can be read; try again");
    }
}
