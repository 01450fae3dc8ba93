package dev.truepipe.emulator.states;

import java.util.List;

/** An error on its way through a state machine: to a Retry, a Catch, or the end of the execution. */
final class Fault extends Exception {
    static final String ALL = "States.ALL";
    static final String TASK_FAILED = "States.TaskFailed";
    static final String TIMEOUT = "States.Timeout";
    static final String RUNTIME = "States.Runtime";
    static final String DATA_LIMIT = "States.DataLimitExceeded";
    static final String QUERY = "States.QueryEvaluationError";
    static final String NO_CHOICE = "States.NoChoiceMatched";
    static final String ITEM_READER = "States.ItemReaderFailed";
    static final String TOLERANCE = "States.ExceedToleratedFailureThreshold";

    private final String error;
    private final String cause;

    /** @param cause may be {@code null} */
    Fault(String error, String cause) {
        super(error + (cause == null ? "" : ": " + cause));
        this.error = error;
        this.cause = cause;
    }

    String error() {
        return error;
    }

    String cause() {
        return cause;
    }

    /**
     * Whether a retrier or catcher with these {@code ErrorEquals} takes this error. {@code States.Runtime} ends every
     * execution and is taken by none; {@code States.ALL} does not take {@code States.DataLimitExceeded};
     * {@code States.TaskFailed} takes all but {@code States.Timeout}.
     */
    boolean isTakenBy(List<String> errorEquals) {
        if (error.equals(RUNTIME)) {
            return false;
        }
        for (String wanted : errorEquals) {
            boolean taken = switch (wanted) {
                case ALL -> !error.equals(DATA_LIMIT);
                case TASK_FAILED -> !error.equals(TIMEOUT);
                default -> wanted.equals(error);
            };
            if (taken) {
                return true;
            }
        }
        return false;
    }
}
