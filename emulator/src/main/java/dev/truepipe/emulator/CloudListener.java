package dev.truepipe.emulator;

import dev.truepipe.emulator.events.Topics;

/**
 * Hears what happens in the cloud, as it happens: for a timeline. Called on the threads that do the work, several at the
 * same time; be quick, and do not throw.
 */
public interface CloudListener {

    /** S3 told a queue of an object, or of its configuration. @param body the notification, as JSON */
    default void notified(String queue, String body) {}

    /** A function wrote a line to its log. */
    default void functionLog(String function, String line) {}

    /** A message went to a topic. */
    default void published(Topics.Message message) {}

    /** Something in the cloud itself broke. @param trace with the stack */
    default void broke(String trace) {}
}
