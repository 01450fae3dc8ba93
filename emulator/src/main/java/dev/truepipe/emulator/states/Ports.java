package dev.truepipe.emulator.states;

import java.util.Map;

/**
 * What the interpreter needs from its surroundings.
 *
 * @param tasks by {@code Resource}
 * @param items where Distributed Maps read
 * @param history hears every event
 * @param ended hears of every end
 */
record Ports(
        Map<String, TaskIntegration> tasks, ItemReader items, Timing timing, HistoryListener history, StatusListener ended) {}
