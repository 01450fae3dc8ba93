package dev.truepipe.emulator.states;

/** What does the work of a Task state; chosen by the state's {@code Resource}. Called from many threads at once. */
@FunctionalInterface
public interface TaskIntegration {

    /**
     * Does the work and returns when it is done ({@code .sync} resources too).
     *
     * <p>On timeout, {@code StopExecution} or a failed sibling the calling thread is interrupted: stop what was begun,
     * as far as possible, and let the {@link InterruptedException} out. Nobody waits for it.
     *
     * @return the task's result, as {@link dev.truepipe.json.Json} values
     * @throws TaskFailed what Retry and Catch decide on
     */
    Object run(TaskCall call) throws TaskFailed, InterruptedException;
}
