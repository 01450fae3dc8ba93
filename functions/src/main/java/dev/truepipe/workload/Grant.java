package dev.truepipe.workload;

import java.util.List;

/**
 * Actions one function may take.
 *
 * @param why what for, in a few words; becomes the policy's comment where there is room for one
 * @param actions IAM action names, {@code service:Action}
 * @param resources ARNs; {@code *} only where IAM knows nothing narrower
 */
public record Grant(String why, List<String> actions, List<Value> resources) {
    public Grant {
        actions = List.copyOf(actions);
        resources = List.copyOf(resources);
    }
}
