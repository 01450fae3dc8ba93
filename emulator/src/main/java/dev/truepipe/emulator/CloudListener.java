package dev.truepipe.emulator;

import dev.truepipe.emulator.api.AwsCall;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.sagemaker.TrainingEvent;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;

/**
 * Hears what happens in the cloud, as it happens: for a timeline. Called on the threads that do the work, several at the
 * same time; be quick, and do not throw.
 */
public interface CloudListener {

    /** S3 told a queue of an object, or of its configuration. @param body the notification, as JSON */
    default void notified(String queue, String body) {}

    /** An event of an execution, or of a child of one of its Distributed Maps. */
    default void history(ExecutionRef execution, HistoryEvent event) {}

    /** An execution ended; children of Distributed Maps are not told of. */
    default void ended(ExecutionRecord execution) {}

    /** Something happened to a training job: its status, a line of its log, a metric, an epoch. */
    default void training(TrainingEvent event) {}

    /** A function wrote a line to its log. */
    default void functionLog(String function, String line) {}

    /** A message went to a topic. */
    default void published(Topics.Message message) {}

    /** A function, the state machine or a client made a call that IAM would have had to allow, SQS apart; what runs inside the cloud itself makes none. */
    default void called(AwsCall call) {}

    /** Something in the cloud itself broke. @param trace with the stack */
    default void broke(String trace) {}
}
