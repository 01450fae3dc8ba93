package dev.truepipe.emulator.sagemaker;

import java.io.IOException;

/** A job's input cannot be streamed; the message becomes the job's {@code FailureReason}. */
final class InputFailure extends Exception {
    private static final long serialVersionUID = 1;

    private InputFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /** What whoever created the job has to mend, for it will be the same next time. */
    static InputFailure clientError(String complaint, Throwable cause) {
        return new InputFailure("ClientError: " + complaint, cause);
    }

    /** What may be gone next time: a store out of reach, or out of order. */
    static InputFailure internalServerError(String complaint, IOException cause) {
        return new InputFailure("InternalServerError: " + complaint, cause);
    }
}
