package dev.truepipe.emulator.states;

/**
 * Hears how an execution stands: that it has ended (SUCCEEDED, FAILED, TIMED_OUT or ABORTED; again if it ends again after a
 * redrive), or how far it has come. Children of a Distributed Map are not told of. {@link ExecutionRecord#statusChange} is the
 * event that EventBridge would carry of an end.
 */
@FunctionalInterface
public interface StatusListener {
    void told(ExecutionRecord execution);
}
