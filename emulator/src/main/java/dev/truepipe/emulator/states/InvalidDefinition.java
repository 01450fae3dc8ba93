package dev.truepipe.emulator.states;

import java.util.List;
import java.util.stream.Collectors;

/** A definition that is wrong, or asks for what this interpreter does not do. Holds every problem found, not the first only. */
public final class InvalidDefinition extends Exception {
    private final List<Problem> problems;

    InvalidDefinition(String machine, List<Problem> problems) {
        super("state machine " + machine + " cannot be loaded:\n"
                + problems.stream().map(p -> "  " + p).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** In document order. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * @param state name of the state; {@code (top level)} for the definition itself
     * @param field the field, with its place: {@code Retry[0].IntervalSeconds}
     * @param message what is wrong and how to mend it
     */
    public record Problem(String state, String field, String message) {
        @Override
        public String toString() {
            return state + ", " + field + ": " + message;
        }
    }
}
