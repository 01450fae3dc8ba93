package dev.truepipe.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the settings say about training: the compiled settings' {@code training} object.
 *
 * @param algorithm name of one of SageMaker's algorithms; {@code null} with an image
 * @param image ECR image URI; {@code null} with an algorithm
 * @param metrics how an image's metrics are read from its log; empty for SageMaker's own, which bring theirs
 * @param ladder what is tried in order, never empty
 * @param maxRuntimeSeconds over all attempts of one job
 * @param maxWaitSeconds of a spot job, waiting and running together
 * @param volumeSizeInGB disk of the instance
 * @param hyperparameters given by hand; they win over derived ones
 * @param objective what makes a model better
 * @param network where jobs run
 */
public record TrainingTerms(
        String algorithm,
        String image,
        List<MetricDefinition> metrics,
        List<Rung> ladder,
        long maxRuntimeSeconds,
        long maxWaitSeconds,
        long volumeSizeInGB,
        Map<String, String> hyperparameters,
        Objective objective,
        Network network) {

    /** @param regex with one group that catches the number */
    public record MetricDefinition(String name, String regex) {}

    /** One try. @param spot whether on spot capacity */
    public record Rung(String instanceType, boolean spot) {}

    /**
     * Where jobs run.
     *
     * @param subnets of one VPC, by id; empty: SageMaker's own network
     * @param securityGroups of the same VPC, by id; empty exactly where {@code subnets} is
     * @param isolated whether the algorithm itself reaches no network at all
     */
    public record Network(List<String> subnets, List<String> securityGroups, boolean isolated) {
        public Network {
            subnets = List.copyOf(subnets);
            securityGroups = List.copyOf(securityGroups);
            if (subnets.isEmpty() != securityGroups.isEmpty()) {
                throw new IllegalArgumentException("training.vpc has subnets and securityGroups, both or neither");
            }
        }
    }

    /**
     * What makes a model better.
     *
     * @param metric its name
     * @param maximize whether more is better
     * @param tolerance by how much a challenger may be worse when it was measured on another hold-out, in the metric's unit
     */
    public record Objective(String metric, boolean maximize, double tolerance) {}

    public TrainingTerms {
        metrics = List.copyOf(metrics);
        ladder = List.copyOf(ladder);
        hyperparameters = Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
        if ((algorithm == null) == (image == null)) {
            throw new IllegalArgumentException("training names an algorithm or an image, and not both");
        }
        if (ladder.isEmpty()) {
            throw new IllegalArgumentException("training.instances names no instance type");
        }
    }

    /**
     * Reads the compiled settings.
     *
     * @throws IllegalArgumentException if a field is missing or of another type
     */
    public static TrainingTerms fromJson(Map<String, Object> json) {
        List<MetricDefinition> metrics = new ArrayList<>();
        if (json.get("metrics") != null) {
            for (Object metric : list(json, "metrics")) {
                Map<?, ?> one = (Map<?, ?>) metric;
                metrics.add(new MetricDefinition((String) one.get("name"), (String) one.get("regex")));
            }
        }
        Map<?, ?> objective = value(json, "objective", Map.class);
        TreeMap<String, String> given = new TreeMap<>();
        Map<?, ?> hyperparameters = value(json, "hyperparameters", Map.class);
        hyperparameters.forEach((key, text) -> given.put((String) key, (String) text));
        return new TrainingTerms(
                (String) json.get("algorithm"),
                (String) json.get("image"),
                metrics,
                ladder(list(json, "instances"), value(json, "spot", String.class)),
                value(json, "maxRuntimeSeconds", Long.class),
                value(json, "maxWaitSeconds", Long.class),
                value(json, "volumeSizeInGB", Long.class),
                given,
                new Objective(
                        (String) objective.get("metric"),
                        "maximize".equals(objective.get("direction")),
                        ((Number) objective.get("tolerance")).doubleValue()),
                network(json));
    }

    /** Absent as before there was a choice. */
    private static Network network(Map<String, Object> json) {
        List<String> subnets = new ArrayList<>();
        List<String> securityGroups = new ArrayList<>();
        if (json.get("vpc") instanceof Map<?, ?> vpc) {
            ((List<?>) vpc.get("subnets")).forEach(subnet -> subnets.add((String) subnet));
            ((List<?>) vpc.get("securityGroups")).forEach(group -> securityGroups.add((String) group));
        }
        return new Network(subnets, securityGroups, Boolean.TRUE.equals(json.get("networkIsolation")));
    }

    /**
     * @param spot {@code always}: every instance as spot; {@code prefer}: the same, then the first again on demand;
     *     {@code never}: every instance on demand
     */
    private static List<Rung> ladder(List<?> instances, String spot) {
        List<Rung> ladder = new ArrayList<>();
        for (Object instance : instances) {
            ladder.add(new Rung((String) instance, !spot.equals("never")));
        }
        if (spot.equals("prefer")) {
            ladder.add(new Rung(ladder.getFirst().instanceType(), false));
        }
        return ladder;
    }

    private static List<?> list(Map<String, Object> json, String key) {
        return value(json, key, List.class);
    }

    private static <T> T value(Map<String, Object> json, String key, Class<T> type) {
        Object value = json.get(key);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("settings: training." + key + " is missing or of another type: " + value);
        }
        return type.cast(value);
    }
}
