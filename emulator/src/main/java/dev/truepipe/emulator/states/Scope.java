package dev.truepipe.emulator.states;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an expression can see.
 *
 * @param state name of the state it stands in
 * @param states {@code $states}: {@code input}, {@code context}, and {@code result} or {@code errorOutput} where there is one
 * @param variables assigned so far
 */
record Scope(String state, Map<String, Object> states, Map<String, Object> variables) {

    Scope with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(states);
        more.put(name, value);
        return new Scope(state, more, variables);
    }
}
