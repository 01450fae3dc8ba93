package dev.truepipe.emulator.states;

/**
 * A task ended badly: the error name that Retry and Catch match on, and the words for people.
 *
 * <p>{@code cause} is cut to {@value #MAX_CAUSE} characters, as Step Functions does; {@code error} to {@value #MAX_ERROR}.
 */
public final class TaskFailed extends Exception {
    static final int MAX_ERROR = 256;
    static final int MAX_CAUSE = 32_768;

    private final String error;
    private final String cause;

    /**
     * @param error AWS's own spelling, such as {@code Lambda.ServiceException}, {@code Sandbox.Timedout},
     *     {@code SageMaker.ResourceLimitExceededException}, or a handler's exception class
     * @param cause what AWS would say; {@code null} if it says nothing
     */
    public TaskFailed(String error, String cause) {
        super(error + (cause == null ? "" : ": " + cause));
        this.error = cut(error, MAX_ERROR);
        this.cause = cut(cause, MAX_CAUSE);
    }

    public String error() {
        return error;
    }

    /** May be {@code null}. */
    public String cause() {
        return cause;
    }

    private static String cut(String text, int limit) {
        return text == null || text.length() <= limit ? text : text.substring(0, limit);
    }
}
