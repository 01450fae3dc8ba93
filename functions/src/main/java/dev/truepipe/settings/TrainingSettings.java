package dev.truepipe.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one dataset is trained.
 *
 * @param algorithm what trains
 * @param instances instance types in the order they are tried; never empty
 * @param spot whether spot capacity is used
 * @param maxRuntime longest run over all attempts of one job
 * @param maxWait longest wait plus run of a spot job; at least {@code maxRuntime}
 * @param volumeSizeInGB disk of the training instance, 1 to 16384 (instances with their own disks ignore it)
 * @param hyperparameters given by hand, in key order; the rest is derived from the data
 * @param objective what makes one model better than another
 * @param network where jobs run
 */
public record TrainingSettings(
        Algorithm algorithm,
        List<String> instances,
        Spot spot,
        Duration maxRuntime,
        Duration maxWait,
        int volumeSizeInGB,
        Map<String, String> hyperparameters,
        Objective objective,
        Network network) {

    /** SageMaker's own limit of a job. */
    public static final Duration LONGEST_RUN = Duration.ofDays(28);
    /** A spot job may wait an hour more than it may run. */
    public static final Duration LONGEST_WAIT = LONGEST_RUN.plusHours(1);

    /** Whether spot capacity is used. */
    public enum Spot {
        /** Only spot, every instance in order. */
        ALWAYS,
        /** Every instance as spot in order, then the first again on demand. */
        PREFER,
        /** Every instance on demand, in order. */
        NEVER
    }

    /** Which way a metric improves. */
    public enum Direction { MAXIMIZE, MINIMIZE }

    /**
     * What makes one model better than another.
     *
     * @param metric name of the metric; its last value counts
     * @param direction which way it improves
     * @param tolerance by how much a challenger may be worse when the hold-outs differ; 0 or more, in units of the metric
     */
    public record Objective(String metric, Direction direction, double tolerance) {}

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
        }

        /** Absent as before there was a choice, so that the fingerprints of datasets that say nothing of it stay. */
        void toJson(Map<String, Object> training) {
            if (!subnets.isEmpty()) {
                Map<String, Object> vpc = new LinkedHashMap<>();
                vpc.put("subnets", new ArrayList<Object>(subnets));
                vpc.put("securityGroups", new ArrayList<Object>(securityGroups));
                training.put("vpc", vpc);
            }
            if (isolated) {
                training.put("networkIsolation", true);
            }
        }

        static Network fromJson(Fields training) {
            Fields vpc = training.objectOrNull("vpc");
            return new Network(vpc == null ? List.of() : vpc.texts("subnets"), vpc == null ? List.of() : vpc.texts("securityGroups"),
                    training.truthOr("networkIsolation", false));
        }
    }

    /** One try of the ladder. @param instanceType SageMaker's name for it @param spot whether as spot capacity */
    public record Rung(String instanceType, boolean spot) {}

    public TrainingSettings {
        instances = List.copyOf(instances);
        hyperparameters = Collections.unmodifiableMap(new TreeMap<>(hyperparameters));
    }

    /** What is tried, in order, until one has capacity. */
    public List<Rung> ladder() {
        List<Rung> ladder = new ArrayList<>();
        instances.forEach(instance -> ladder.add(new Rung(instance, spot != Spot.NEVER)));
        if (spot == Spot.PREFER) {
            ladder.add(new Rung(instances.getFirst(), false));
        }
        return ladder;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        switch (algorithm) {
            case Algorithm.BuiltIn builtIn -> json.put("algorithm", builtIn.word());
            case Algorithm.Image own -> {
                json.put("image", own.image());
                List<Object> metrics = new ArrayList<>();
                for (Algorithm.Metric metric : own.metrics()) {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("name", metric.name());
                    one.put("regex", metric.regex());
                    metrics.add(one);
                }
                json.put("metrics", metrics);
            }
        }
        json.put("instances", new ArrayList<Object>(instances));
        json.put("spot", Words.of(spot));
        json.put("maxRuntimeSeconds", maxRuntime.toSeconds());
        json.put("maxWaitSeconds", maxWait.toSeconds());
        json.put("volumeSizeInGB", (long) volumeSizeInGB);
        json.put("hyperparameters", new LinkedHashMap<String, Object>(hyperparameters));
        Map<String, Object> objectiveJson = new LinkedHashMap<>();
        objectiveJson.put("metric", objective.metric());
        objectiveJson.put("direction", Words.of(objective.direction()));
        objectiveJson.put("tolerance", objective.tolerance());
        json.put("objective", objectiveJson);
        network.toJson(json);
        return json;
    }

    static TrainingSettings fromJson(Fields fields) {
        String word = fields.textOrNull("algorithm");
        Algorithm algorithm = word == null
                ? new Algorithm.Image(fields.text("image"), fields.objects("metrics").stream()
                        .map(metric -> new Algorithm.Metric(metric.text("name"), metric.text("regex"))).toList())
                : Algorithm.BuiltIn.find(word).orElseThrow(() ->
                        new IllegalArgumentException("settings: \"" + word + "\" is no algorithm this version knows"));
        Fields objective = fields.object("objective");
        return new TrainingSettings(
                algorithm,
                fields.texts("instances"),
                Words.read(Spot.class, fields.text("spot")),
                Duration.ofSeconds(fields.whole("maxRuntimeSeconds")),
                Duration.ofSeconds(fields.whole("maxWaitSeconds")),
                Math.toIntExact(fields.whole("volumeSizeInGB")),
                fields.textByKey("hyperparameters"),
                new Objective(objective.text("metric"), Words.read(Direction.class, objective.text("direction")),
                        objective.number("tolerance")),
                Network.fromJson(fields));
    }
}
