package dev.truepipe.emulator.states;

import java.util.Map;
import java.util.function.Consumer;

/**
 * What the interpreter needs from its surroundings.
 *
 * @param tasks by {@code Resource}
 * @param items where Distributed Maps read
 * @param history hears every event
 * @param reached hears of each state that is entered, with how the execution stands then, its children left out
 * @param ended hears of every end
 * @param branches hears of every rule, retrier and catcher taken, as {@code <state>.Choices[0]}, {@code <state>.Default},
 *     {@code <state>.Retry[1]}, {@code <state>.Catch[0]}; for tests that must know that none is left out
 */
record Ports(
        Map<String, TaskIntegration> tasks,
        ItemReader items,
        Timing timing,
        HistoryListener history,
        StatusListener reached,
        StatusListener ended,
        Consumer<String> branches) {}
