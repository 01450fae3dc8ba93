package dev.truepipe.run;

import java.io.IOException;

/** What has become of other executions of the state machine: the port to Step Functions. */
@FunctionalInterface
public interface Executions {

    /** How an execution stands. */
    enum Status {
        RUNNING,
        SUCCEEDED,
        /** Failed, timed out, aborted, or so old that nobody knows it any more. */
        ENDED_OTHERWISE
    }

    /** @throws IOException if the service could not be asked */
    Status statusOf(String executionArn) throws IOException;
}
