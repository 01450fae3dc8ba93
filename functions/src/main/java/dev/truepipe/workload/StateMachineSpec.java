package dev.truepipe.workload;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state machine of {@code statemachine/retraining.asl.json}.
 *
 * @param substitutions value by the name that stands in <code>${…}</code> in the file: exactly the names in the file
 * @param grants what its role may do
 */
public record StateMachineSpec(Map<String, Value> substitutions, List<Grant> grants) {
    public StateMachineSpec {
        substitutions = Collections.unmodifiableMap(new LinkedHashMap<>(substitutions));
        grants = List.copyOf(grants);
    }
}
