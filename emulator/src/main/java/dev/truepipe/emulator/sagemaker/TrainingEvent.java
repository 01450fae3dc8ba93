package dev.truepipe.emulator.sagemaker;

import java.time.Instant;

/** Something that happened to a training job. Events of one job may come from several threads. */
public sealed interface TrainingEvent {
    /** Name of the training job. */
    String job();

    Instant at();

    /** The job's status changed. @param message AWS's kind of words for people */
    record Status(String job, Instant at, String status, String secondaryStatus, String message) implements TrainingEvent {}

    /** The algorithm printed a line; at most 256 KiB, longer ones come in pieces. @param instance such as {@code algo-1} */
    record LogLine(String job, Instant at, String instance, String text) implements TrainingEvent {}

    /** A metric definition found a value in a log line. */
    record Metric(String job, Instant at, String name, double value) implements TrainingEvent {}

    /** The algorithm opened an epoch of a channel. @param epoch from 0 */
    record EpochOpened(String job, Instant at, String channel, int epoch) implements TrainingEvent {}

    /**
     * An epoch of a channel ended.
     *
     * @param records records written; in an epoch closed early, some of them may never have been read
     * @param bytes bytes written, framing included; likewise
     * @param whole whether everything was written; otherwise the algorithm closed the pipe early
     */
    record EpochEnded(String job, Instant at, String channel, int epoch, long records, long bytes, boolean whole)
            implements TrainingEvent {}
}
