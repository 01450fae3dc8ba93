package dev.truepipe.workload;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Actions one function may take.
 *
 * @param why what for, in a few words; becomes the policy's comment where there is room for one
 * @param actions IAM action names, {@code service:Action}
 * @param resources ARNs; {@code *} only where IAM knows nothing narrower
 * @param onlyIf condition keys, each with the values of which its own must be one; empty: always
 */
public record Grant(String why, List<String> actions, List<Value> resources, Map<String, List<Value>> onlyIf) {
    public Grant {
        actions = List.copyOf(actions);
        resources = List.copyOf(resources);
        onlyIf = Collections.unmodifiableMap(new TreeMap<>(onlyIf));
    }

    /** Leave that holds always. */
    public Grant(String why, List<String> actions, List<Value> resources) {
        this(why, actions, resources, Map.of());
    }
}
