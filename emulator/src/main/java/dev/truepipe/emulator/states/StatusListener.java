package dev.truepipe.emulator.states;

/**
 * Hears that an execution has ended: SUCCEEDED, FAILED, TIMED_OUT or ABORTED; again if it ends again after a redrive.
 * Children of a Distributed Map are not told of. {@link ExecutionRecord#statusChange} is the event that EventBridge
 * would carry.
 */
@FunctionalInterface
public interface StatusListener {
    void ended(ExecutionRecord execution);
}
