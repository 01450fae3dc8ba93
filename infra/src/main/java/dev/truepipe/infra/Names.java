package dev.truepipe.infra;

import dev.truepipe.workload.Value;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What this deployment calls the things that the workload description refers to; filled while the stack is composed. */
final class Names {
    private final Map<Value.Resource, String> resources = new EnumMap<>(Value.Resource.class);
    private final Map<String, String> functionArns = new HashMap<>();

    /** @param name text or CDK token */
    void put(Value.Resource resource, String name) {
        resources.put(resource, name);
    }

    void putFunction(String function, String aliasArn) {
        functionArns.put(function, aliasArn);
    }

    /** @throws IllegalStateException if something is referred to before it is made: a mistake in the stack's order */
    String resolve(Value value) {
        return value.resolve(resource -> known(resources.get(resource), resource), name -> known(functionArns.get(name), name));
    }

    List<String> resolve(List<Value> values) {
        return values.stream().map(this::resolve).toList();
    }

    /** Every {@link Value} in maps and lists resolved; anything else as it is. */
    Object resolveDeep(Object tree) {
        return switch (tree) {
            case Value value -> resolve(value);
            case Map<?, ?> map -> {
                Map<String, Object> resolved = new java.util.TreeMap<>();
                map.forEach((key, value) -> resolved.put(key.toString(), resolveDeep(value)));
                yield resolved;
            }
            case List<?> list -> list.stream().map(this::resolveDeep).toList();
            default -> tree;
        };
    }

    private static String known(String name, Object what) {
        if (name == null) {
            throw new IllegalStateException(what + " is referred to before it is made");
        }
        return name;
    }
}
