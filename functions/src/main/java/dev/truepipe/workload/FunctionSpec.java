package dev.truepipe.workload;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One Lambda function: runtime {@code java25} on arm64, SnapStart on published versions, JSON log format.
 *
 * @param name the state it serves, such as {@code PlanDataset}; also its construct id
 * @param handler fully qualified class name
 * @param memoryMegabytes also sets the share of processor (1,769 MB is one)
 * @param timeout after which Lambda kills it; at most 15 minutes
 * @param environment names and values, complete but for what Lambda itself sets
 * @param grants everything it may do beyond writing its own log
 * @param url whether it has an HTTPS address that anybody may call; then it judges its callers itself
 */
public record FunctionSpec(
        String name,
        String handler,
        int memoryMegabytes,
        Duration timeout,
        Map<String, Value> environment,
        List<Grant> grants,
        boolean url) {
    /** A function without an address. */
    public FunctionSpec(String name, String handler, int memoryMegabytes, Duration timeout, Map<String, Value> environment, List<Grant> grants) {
        this(name, handler, memoryMegabytes, timeout, environment, grants, false);
    }

    public FunctionSpec {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        grants = List.copyOf(grants);
    }
}
