package dev.truepipe.functions;

/** Starts the state machine. */
@FunctionalInterface
interface ExecutionStarter {
    /**
     * Starts an execution.
     *
     * @param name deterministic, so that a repeated wish starts nothing
     * @return whether it was started now; {@code false} if that name was used before
     * @throws RuntimeException if Step Functions could not be asked
     */
    boolean start(String name, String input);
}
