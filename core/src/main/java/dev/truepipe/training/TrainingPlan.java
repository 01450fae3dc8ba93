package dev.truepipe.training;

import dev.truepipe.json.Json;
import dev.truepipe.split.Sha256;
import dev.truepipe.storage.S3Uri;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One training job, but for its name, the instance it is tried on, and where things lie.
 *
 * @param plan hash of version, algorithm, image and hyperparameters, as 64 hex digits; it names jobs
 * @param image ECR URI
 * @param hyperParameters all of them, in key order
 * @param metricDefinitions {@code null} for SageMaker's own algorithms, which bring theirs
 * @param contentType of both channels
 * @param attributeNames what is streamed, in order
 * @param terms what the settings say
 */
public record TrainingPlan(
        String plan,
        String image,
        Map<String, String> hyperParameters,
        List<TrainingTerms.MetricDefinition> metricDefinitions,
        String contentType,
        List<String> attributeNames,
        TrainingTerms terms) {
    static final String OBJECT_DETECTION = "object-detection";
    static final String IMAGE_CLASSIFICATION = "image-classification";
    static final String SEMANTIC_SEGMENTATION = "semantic-segmentation";
    static final String BLAZINGTEXT = "blazingtext";
    private static final String RECORDIO = "application/x-recordio";

    public TrainingPlan {
        hyperParameters = Collections.unmodifiableMap(new TreeMap<>(hyperParameters));
        attributeNames = List.copyOf(attributeNames);
    }

    /**
     * Plans a job.
     *
     * @param region where it is to run
     * @throws TrainingRefusedException if the job could only fail
     */
    public static TrainingPlan of(TrainingTerms terms, TrainingFacts facts, String region) {
        String image = terms.image() == null ? BuiltInImages.uri(terms.algorithm(), region) : terms.image();
        String contentType = RECORDIO;
        Map<String, String> parameters;
        switch (terms.algorithm()) {
            case null -> parameters = Hyperparameters.own(facts, terms.hyperparameters());
            case OBJECT_DETECTION -> {
                requireImages(facts, OBJECT_DETECTION, "object-detection");
                parameters = Hyperparameters.objectDetection(facts, terms.hyperparameters());
            }
            case IMAGE_CLASSIFICATION -> {
                requireImages(facts, IMAGE_CLASSIFICATION, "image-classification", "image-classification-multilabel");
                parameters = Hyperparameters.imageClassification(facts, terms.hyperparameters());
                if (facts.multiLabel()) {
                    // Multi-hot is the algorithm's default; Ground Truth writes lists of class ids.
                    contentType = RECORDIO + "; label-format=class-id";
                }
            }
            case SEMANTIC_SEGMENTATION -> {
                requireImages(facts, SEMANTIC_SEGMENTATION, "semantic-segmentation");
                if (!facts.labelAttribute().endsWith("-ref")) {
                    throw new TrainingRefusedException("training.algorithm: the masks lie under \"" + facts.labelAttribute()
                            + "\", a name that does not end in -ref, so that their URIs would be streamed and not they; rename the attribute");
                }
                parameters = Hyperparameters.semanticSegmentation(facts, terms.hyperparameters());
            }
            case BLAZINGTEXT -> {
                require(facts, BLAZINGTEXT, "text-classification", "text-classification-multilabel");
                if (!"source".equals(facts.sourceAttribute())) {
                    throw new TrainingRefusedException("training.algorithm: " + BLAZINGTEXT + " reads texts that stand in the manifest under \"source\","
                            + " and these lie in files; write them into the manifest, or use an image of your own");
                }
                parameters = Hyperparameters.blazingText(terms.hyperparameters());
            }
            default -> throw new TrainingRefusedException("training.algorithm: \"" + terms.algorithm() + "\" reads no augmented manifests; choose "
                    + String.join(", ", List.of(OBJECT_DETECTION, IMAGE_CLASSIFICATION, SEMANTIC_SEGMENTATION, BLAZINGTEXT)) + ", or an image of your own");
        }
        return new TrainingPlan(
                hash(terms, facts, image, parameters),
                image,
                parameters,
                terms.image() == null ? null : terms.metrics(),
                contentType,
                List.of(facts.sourceAttribute(), facts.labelAttribute()),
                terms);
    }

    /** What reads images reads two records for each, the image first and then its label: {@code source-ref} leads. */
    private static void requireImages(TrainingFacts facts, String algorithm, String... tasks) {
        require(facts, algorithm, tasks);
        if (!"source-ref".equals(facts.sourceAttribute())) {
            throw new TrainingRefusedException("training.algorithm: " + algorithm + " reads images, which lie under \"source-ref\", and the lines have their objects under \""
                    + facts.sourceAttribute() + "\"; write the images' S3 URIs as source-ref, or use an image of your own");
        }
    }

    private static void require(TrainingFacts facts, String algorithm, String... tasks) {
        if (!List.of(tasks).contains(facts.task())) {
            throw new TrainingRefusedException("training.algorithm: " + algorithm + " cannot learn from labels of task "
                    + facts.task() + "; choose the algorithm of that task, or an image of your own");
        }
    }

    private static String hash(TrainingTerms terms, TrainingFacts facts, String image, Map<String, String> parameters) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("version", facts.version());
        all.put("algorithm", terms.algorithm());
        all.put("image", image);
        all.put("hyperParameters", new TreeMap<>(parameters));
        return Sha256.hex(Json.bytes(all));
    }

    /**
     * What the state machine needs to ask for the job, as SealDataset answers.
     *
     * @param dataset its name
     * @param executionName what makes the names of this execution's jobs differ from another's
     * @param roleArn the training role
     * @param version folder of the sealed version, ending in {@code /}
     * @param models where the job leaves its model, ending in {@code /}
     * @param checkpointFolder where jobs keep checkpoints, ending in {@code /}
     * @param seed of the split, and of the train channel's shuffling
     * @param kmsKey ARN of the key that the model, and where it may be the volume, is encrypted with; {@code null}: SageMaker's own
     */
    public Map<String, Object> toJson(
            String dataset, String executionName, String roleArn, S3Uri version, S3Uri models, S3Uri checkpointFolder, long seed, String kmsKey) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("plan", plan);
        json.put("jobPrefix", dataset + "-" + plan.substring(0, 8) + "-"
                + Sha256.hex(executionName.getBytes(StandardCharsets.UTF_8)).substring(0, 8));
        json.put("image", image);
        json.put("roleArn", roleArn);
        json.put("hyperParameters", new LinkedHashMap<String, Object>(hyperParameters));
        json.put("metricDefinitions", metricDefinitions == null ? null : definitions());
        json.put("contentType", contentType);
        json.put("attributeNames", new ArrayList<Object>(attributeNames));
        json.put("trainUri", version.resolve("train.manifest").toString());
        json.put("validationUri", version.resolve("validation.manifest").toString());
        json.put("shuffleSeed", seed);
        json.put("outputPath", models.toString());
        json.put("checkpointPath", checkpointFolder.toString());
        json.put("maxRuntimeSeconds", terms.maxRuntimeSeconds());
        json.put("maxWaitSeconds", terms.maxWaitSeconds());
        json.put("volumeSizeInGB", terms.volumeSizeInGB());
        List<Object> ladder = new ArrayList<>();
        for (TrainingTerms.Rung rung : terms.ladder()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("instanceType", rung.instanceType());
            one.put("spot", rung.spot());
            if (kmsKey != null && !InstanceDisks.on(rung.instanceType())) {
                one.put("volumeKmsKeyId", kmsKey);
            }
            ladder.add(one);
        }
        json.put("ladder", ladder);
        if (kmsKey != null) {
            json.put("kmsKeyId", kmsKey);
        }
        TrainingTerms.Network network = terms.network();
        if (!network.subnets().isEmpty()) {
            Map<String, Object> vpc = new LinkedHashMap<>();
            vpc.put("SecurityGroupIds", new ArrayList<Object>(network.securityGroups()));
            vpc.put("Subnets", new ArrayList<Object>(network.subnets()));
            json.put("vpcConfig", vpc);
        }
        if (network.isolated()) {
            json.put("networkIsolation", true);
        }
        return json;
    }

    private List<Object> definitions() {
        List<Object> definitions = new ArrayList<>();
        for (TrainingTerms.MetricDefinition metric : metricDefinitions) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("Name", metric.name());
            one.put("Regex", metric.regex());
            definitions.add(one);
        }
        return definitions;
    }
}
