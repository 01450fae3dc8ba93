package dev.truepipe.emulator.sagemaker;

/** A job's input cannot be streamed; the message becomes the job's {@code FailureReason}. */
final class InputFailure extends Exception {
    private static final long serialVersionUID = 1;

    InputFailure(String clientError, Throwable cause) {
        super("ClientError: " + clientError, cause);
    }
}
