package dev.truepipe.emulator.states;

/**
 * Hears every event of every execution as it happens, those of Map children too. Called on the execution's own thread:
 * events of one execution come in order, those of several at the same time. Be quick, and do not throw.
 */
@FunctionalInterface
public interface HistoryListener {
    void happened(ExecutionRef execution, HistoryEvent event);
}
