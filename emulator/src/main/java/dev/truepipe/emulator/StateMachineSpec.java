package dev.truepipe.emulator;

import java.util.Map;

/**
 * One state machine.
 *
 * @param definition ASL text, with <code>${…}</code> where values of the deployment go
 * @param substitutions a value for each of them
 */
public record StateMachineSpec(String name, String definition, Map<String, String> substitutions) {
    public StateMachineSpec {
        substitutions = Map.copyOf(substitutions);
    }
}
