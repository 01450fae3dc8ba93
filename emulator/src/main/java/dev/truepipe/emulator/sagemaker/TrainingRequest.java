package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import dev.truepipe.storage.S3Uri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A CreateTrainingJob request that is fit to run here. What SageMaker would do and the embedded one cannot is refused in
 * words that say so, never ignored, unless it changes nothing on one machine (network, encryption, roles, disks).
 *
 * @param checkpoints folder in S3 that the job's checkpoints come from and go to, or {@code null}
 */
record TrainingRequest(
        Map<String, Object> raw,
        String name,
        String image,
        String instanceType,
        int instances,
        boolean spot,
        List<MetricDefinition> metricDefinitions,
        Map<String, String> hyperparameters,
        Map<String, String> environment,
        List<PipeChannel> channels,
        S3Uri output,
        S3Uri checkpoints,
        Duration maxRuntime,
        Map<String, String> tags) {
    static final Pattern NAME = Pattern.compile("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");
    private static final Pattern ROLE = Pattern.compile("arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    private static final Pattern S3 = Pattern.compile("(https|s3)://([^/]+)/?(.*)");
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9\\.\\-_]+");
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final List<String> DISTRIBUTIONS = List.of("FullyReplicated", "ShardedByS3Key");
    private static final List<String> MODES = List.of("Pipe", "File", "FastFile");
    private static final int MOST_INSTANCES = 8;
    private static final long MAX_RUNTIME_SECONDS = 2_419_200;
    /** What would change the course or the outcome of a job, and does not here. */
    private static final List<String> CHANGING = List.of("DebugRuleConfigurations", "ProfilerRuleConfigurations", "TensorBoardOutputConfig",
            "ServerlessJobConfig", "MlflowConfig", "ModelPackageConfig", "SessionChainingConfig");

    /** @throws AwsError {@code ValidationException} */
    static TrainingRequest read(Map<String, Object> request) throws AwsError {
        Map<String, Object> raw = Json.object(wholeNumbers(request));
        Constraints constraints = new Constraints();
        String name = constraints.string(raw, "TrainingJobName", "trainingJobName", 1, 63, NAME);
        constraints.string(raw, "RoleArn", "roleArn", 20, 2048, ROLE);

        Map<String, Object> algorithm = constraints.object(raw, "AlgorithmSpecification", "algorithmSpecification");
        String image = constraints.string(algorithm, "TrainingImage", "algorithmSpecification.trainingImage", 0, 255, null);
        String inputMode = constraints.choice(
                algorithm, "TrainingInputMode", "algorithmSpecification.trainingInputMode", MODES);
        List<MetricDefinition> metrics = metrics(algorithm, constraints);

        Map<String, Object> output = constraints.object(raw, "OutputDataConfig", "outputDataConfig");
        String outputPath = constraints.string(output, "S3OutputPath", "outputDataConfig.s3OutputPath", 0, 1024, S3);

        Map<String, Object> resources = constraints.object(raw, "ResourceConfig", "resourceConfig");
        String instanceType = constraints.string(resources, "InstanceType", "resourceConfig.instanceType", 1, 255, null);
        long instances = constraints.number(resources, "InstanceCount", "resourceConfig.instanceCount", 1, Integer.MAX_VALUE);
        constraints.number(resources, "VolumeSizeInGB", "resourceConfig.volumeSizeInGB", 1, Integer.MAX_VALUE);

        Map<String, Object> stopping = constraints.object(raw, "StoppingCondition", "stoppingCondition");
        long maxRuntime = stopping.containsKey("MaxRuntimeInSeconds")
                ? constraints.number(stopping, "MaxRuntimeInSeconds", "stoppingCondition.maxRuntimeInSeconds", 1, MAX_RUNTIME_SECONDS)
                : 86_400;
        Map<String, String> hyperparameters = constraints.strings(raw, "HyperParameters", "hyperParameters", 100, 256, 2500);
        Map<String, String> environment = constraints.strings(raw, "Environment", "environment", 100, 512, 512);
        environment.keySet().stream().filter(key -> !VARIABLE.matcher(key).matches())
                .forEach(key -> constraints.note(key, "environment", "Map keys must satisfy regular expression pattern: " + VARIABLE));
        Map<String, String> tags = Tags.read(raw, constraints);
        Map<String, Object> checkpoints = constraints.object(raw, "CheckpointConfig", "checkpointConfig");
        String checkpointUri = checkpoints.isEmpty()
                ? null
                : constraints.string(checkpoints, "S3Uri", "checkpointConfig.s3Uri", 0, 1024, S3);
        List<Map<String, Object>> channels = constraints.objects(raw, "InputDataConfig", "inputDataConfig", 20);
        List<ChannelRequest> asked = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            asked.add(ChannelRequest.read(channels.get(i), "inputDataConfig." + (i + 1) + ".member", inputMode, constraints));
        }
        constraints.check();

        for (String field : CHANGING) {
            if (raw.get(field) != null && !(raw.get(field) instanceof List<?> list && list.isEmpty())) {
                throw cannot("runs plain training jobs", field, "leave it out");
            }
        }
        for (String field : List.of("AlgorithmName", "ContainerEntrypoint", "ContainerArguments")) {
            if (algorithm.get(field) != null) {
                throw cannot("runs the command that stands for the image", "AlgorithmSpecification." + field, "leave it out");
            }
        }
        for (String field : List.of("InstanceGroups", "InstancePreferences", "TrainingPlanArn")) {
            if (resources.get(field) != null && !(resources.get(field) instanceof List<?> list && list.isEmpty())) {
                throw cannot("runs instances of one kind", "ResourceConfig." + field, "leave it out");
            }
        }
        if (instances > MOST_INSTANCES) {
            throw cannot("runs " + MOST_INSTANCES + " instances at most, each a process of this machine", "InstanceCount " + instances, "set it lower");
        }
        if (!"GZIP".equals(output.getOrDefault("CompressionType", "GZIP"))) {
            throw cannot("stores models as model.tar.gz",
                    "OutputDataConfig.CompressionType " + output.get("CompressionType"), "leave it out");
        }
        Object localPath = checkpoints.getOrDefault("LocalPath", "/opt/ml/checkpoints/");
        if (!"/opt/ml/checkpoints".equals(localPath) && !"/opt/ml/checkpoints/".equals(localPath)) {
            throw cannot("keeps checkpoints in /opt/ml/checkpoints/", "CheckpointConfig.LocalPath " + localPath, "leave it out");
        }
        boolean spot = Boolean.TRUE.equals(raw.get("EnableManagedSpotTraining"));
        Object maxWait = stopping.get("MaxWaitTimeInSeconds");
        if (spot && !(maxWait instanceof Long wait && wait >= maxRuntime)) {
            throw invalid("Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds");
        }
        if (!spot && maxWait != null) {
            throw invalid("MaxWaitTimeInSeconds is for managed spot training only; set EnableManagedSpotTraining or leave it out");
        }
        List<PipeChannel> pipes = new ArrayList<>();
        for (ChannelRequest channel : asked) {
            if (pipes.stream().anyMatch(pipe -> pipe.name().equals(channel.name()))) {
                throw invalid("Duplicate channel name detected: " + channel.name() + ". Give each channel a name of its own");
            }
            pipes.add(channel.pipe());
        }
        return new TrainingRequest(raw, name, image, instanceType, (int) instances, spot, metrics, hyperparameters, environment, pipes,
                folder(outputPath, "OutputDataConfig.S3OutputPath"),
                checkpointUri == null ? null : folder(checkpointUri, "CheckpointConfig.S3Uri"),
                Duration.ofSeconds(maxRuntime), tags);
    }

    static AwsError invalid(String message) {
        return new AwsError("ValidationException", message);
    }

    private static AwsError cannot(String does, String asked, String cure) {
        return invalid("the embedded SageMaker only " + does + ", and was asked for " + asked + "; " + cure);
    }

    private static S3Uri folder(String text, String field) throws AwsError {
        String slashed = text.endsWith("/") ? text : text + "/";
        try {
            return S3Uri.parse(slashed);
        } catch (IllegalArgumentException e) {
            throw invalid(field + ": " + e.getMessage());
        }
    }

    private static List<MetricDefinition> metrics(Map<String, Object> algorithm, Constraints constraints) {
        List<MetricDefinition> metrics = new ArrayList<>();
        String path = "algorithmSpecification.metricDefinitions";
        for (Map<String, Object> entry : constraints.objects(algorithm, "MetricDefinitions", path, 40)) {
            String name = constraints.string(entry, "Name", path + ".name", 1, 255, null);
            String regex = constraints.string(entry, "Regex", path + ".regex", 1, 500, null);
            try {
                metrics.add(MetricDefinition.of(name, regex));
            } catch (IllegalArgumentException e) {
                constraints.note(regex, path + ".regex", e.getMessage());
            }
        }
        return metrics;
    }

    /** A caller's 3600.0 or Integer 3600 becomes the Long 3600: no field of the request is a fraction. */
    private static Object wholeNumbers(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, entry) -> {
                    if (entry != null) {
                        copy.put(key.toString(), wholeNumbers(entry));
                    }
                });
                yield copy;
            }
            case List<?> list -> list.stream().map(TrainingRequest::wholeNumbers).toList();
            case Integer number -> number.longValue();
            case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 -> number.longValue();
            default -> value;
        };
    }

    /** A channel as asked for, its fields of the right type. */
    private record ChannelRequest(
            String name, String mode, String contentType, String compression, String wrapper, String dataType, String distribution,
            String uri, List<Object> attributeNames, OptionalLong seed) {

        static ChannelRequest read(Map<String, Object> in, String path, String jobMode, Constraints constraints) {
            String name = constraints.string(in, "ChannelName", path + ".channelName", 1, 64, CHANNEL);
            String mode = in.containsKey("InputMode")
                    ? constraints.choice(in, "InputMode", path + ".inputMode", MODES)
                    : jobMode;
            String contentType = constraints.optional(in, "ContentType", path + ".contentType", 0, 256, null);
            String compression = in.containsKey("CompressionType")
                    ? constraints.choice(in, "CompressionType", path + ".compressionType", List.of("None", "Gzip"))
                    : "None";
            String wrapper = in.containsKey("RecordWrapperType")
                    ? constraints.choice(in, "RecordWrapperType", path + ".recordWrapperType", List.of("None", "RecordIO"))
                    : "None";
            Map<String, Object> shuffle = constraints.object(in, "ShuffleConfig", path + ".shuffleConfig");
            OptionalLong seed = in.containsKey("ShuffleConfig")
                    ? OptionalLong.of(
                            constraints.number(shuffle, "Seed", path + ".shuffleConfig.seed", Long.MIN_VALUE, Long.MAX_VALUE))
                    : OptionalLong.empty();
            if (in.get("DataSource") == null) {
                constraints.note(null, path + ".dataSource", "Member must not be null");
            }
            Map<String, Object> source = constraints.object(constraints.object(in, "DataSource", path + ".dataSource"),
                    "S3DataSource", path + ".dataSource.s3DataSource");
            String at = path + ".dataSource.s3DataSource";
            String dataType = constraints.choice(source, "S3DataType", at + ".s3DataType",
                    List.of("ManifestFile", "S3Prefix", "AugmentedManifestFile", "Converse"));
            String uri = constraints.string(source, "S3Uri", at + ".s3Uri", 0, 1024, S3);
            String distribution = source.containsKey("S3DataDistributionType")
                    ? constraints.choice(source, "S3DataDistributionType", at + ".s3DataDistributionType", DISTRIBUTIONS)
                    : "FullyReplicated";
            List<Object> attributes = List.of();
            if (source.get("AttributeNames") instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
                attributes = Json.array(list);
                if (attributes.size() > 16) {
                    constraints.note(attributes, at + ".attributeNames", "Member must have length less than or equal to 16");
                }
                if (list.stream().anyMatch(entry -> entry.toString().isEmpty() || entry.toString().length() > 256)) {
                    constraints.note(attributes, at + ".attributeNames", "Member must have length between 1 and 256, inclusive");
                }
            } else if (source.get("AttributeNames") != null) {
                constraints.note(source.get("AttributeNames"), at + ".attributeNames", "Member must be a list of strings");
            }
            return new ChannelRequest(name, mode, contentType, compression, wrapper, dataType, distribution, uri, attributes, seed);
        }

        PipeChannel pipe() throws AwsError {
            if (!dataType.equals("AugmentedManifestFile")) {
                throw cannot("streams augmented manifests",
                        "S3DataType " + dataType + " in channel " + name, "use AugmentedManifestFile");
            }
            if (!mode.equals("Pipe")) {
                throw invalid("Channel " + name
                        + ": S3DataType AugmentedManifestFile can only be used with input mode Pipe, was " + mode);
            }
            if (attributeNames.isEmpty()) {
                throw invalid("Channel " + name
                        + ": S3DataType AugmentedManifestFile needs AttributeNames, in the order in which the algorithm reads them");
            }
            if (!compression.equals("None")) {
                throw cannot("streams channels as they are", "CompressionType " + compression + " in channel " + name, "leave it out");
            }
            try {
                return new PipeChannel(name, ManifestSource.object(S3Uri.parse(uri)), attributeNames.stream().map(Object::toString).toList(),
                        PipeChannel.Wrapper.parse(wrapper), contentType, PipeChannel.Distribution.parse(distribution), seed);
            } catch (IllegalArgumentException e) {
                throw invalid("Channel " + name + ": " + e.getMessage());
            }
        }
    }
}
