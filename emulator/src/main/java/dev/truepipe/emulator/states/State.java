package dev.truepipe.emulator.states;

import java.util.List;
import java.util.Map;

/** One state of a definition, checked and compiled. What is optional and absent is {@code null}. */
sealed interface State {

    /** States by name, and where to begin. */
    record Flow(String startAt, Map<String, State> states) {}

    /** What every state that goes on hands over. @param next {@code null} means End */
    record Leaving(Template output, Map<String, Template> assign, String next) {}

    /** @param timeoutSeconds {@code null} for none */
    record Task(
            String resource, Template arguments, Template timeoutSeconds, List<Retrier> retry, List<Catcher> catches, Leaving leaving)
            implements State {}

    record Pass(Leaving leaving) implements State {}

    /** Either {@code seconds} or {@code timestamp}. */
    record Wait(Template seconds, Template timestamp, Leaving leaving) implements State {}

    /** @param otherwise {@code null} without a Default */
    record Choice(List<Rule> rules, Leaving otherwise) implements State {}

    record Rule(Template condition, Leaving leaving) {}

    record Succeed(Template output) implements State {}

    record Fail(Template error, Template cause) implements State {}

    /** Either {@code items} or {@code reader}; neither means that the state's input is the array. */
    record MapOver(
            boolean distributed,
            Template items,
            Reader reader,
            Template itemSelector,
            Template maxConcurrency,
            Flow processor,
            List<Retrier> retry,
            List<Catcher> catches,
            Leaving leaving)
            implements State {}

    record Reader(Template arguments) {}

    /** @param maxDelaySeconds {@code Double.POSITIVE_INFINITY} for none */
    record Retrier(
            List<String> errorEquals, double intervalSeconds, double backoffRate, int maxAttempts, double maxDelaySeconds, boolean jitter) {}

    record Catcher(List<String> errorEquals, Leaving leaving) {}

    /** As event names have it: {@code TaskStateEntered}. */
    default String type() {
        return switch (this) {
            case Task t -> "Task";
            case Pass p -> "Pass";
            case Wait w -> "Wait";
            case Choice c -> "Choice";
            case Succeed s -> "Succeed";
            case Fail f -> "Fail";
            case MapOver m -> "Map";
        };
    }
}
