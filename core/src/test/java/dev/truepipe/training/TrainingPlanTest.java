package dev.truepipe.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.storage.S3Uri;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingPlanTest {
    private static final TrainingFacts CARS = new TrainingFacts("v1", "object-detection", "source-ref", "cars", false, 800, 200, 3, 12);

    @Test
    void derivesWhatObjectDetectionNeeds() {
        TrainingPlan plan = TrainingPlan.of(terms("object-detection", Map.of("epochs", "30")), CARS, "eu-west-1");

        assertEquals(
                Map.of(
                        "epochs", "30",
                        "num_classes", "3",
                        "num_training_samples", "800",
                        "mini_batch_size", "32",
                        "label_width", "350"),
                plan.hyperParameters());
        assertEquals("685385470294.dkr.ecr.eu-west-1.amazonaws.com/object-detection:1", plan.image());
        assertEquals("application/x-recordio", plan.contentType());
        assertEquals(List.of("source-ref", "cars"), plan.attributeNames());
        assertNull(plan.metricDefinitions(), "the algorithm brings its own");
    }

    @Test
    void widensLabelsForCrowdedImagesAndShrinksBatchesForFewOnes() {
        TrainingFacts few = new TrainingFacts("v1", "object-detection", "source-ref", "cars", false, 20, 5, 1, 100);
        Map<String, String> parameters =
                TrainingPlan.of(terms("object-detection", Map.of()), few, "us-east-1").hyperParameters();

        assertEquals("502", parameters.get("label_width"));
        assertEquals("5", parameters.get("mini_batch_size"));
    }

    @Test
    void derivesWhatImageClassificationNeeds() {
        TrainingFacts animals = new TrainingFacts("v1", "image-classification", "source-ref", "animal", false, 100, 10, 4, 1);
        TrainingPlan plan = TrainingPlan.of(terms("image-classification", Map.of("num_layers", "18")), animals, "cn-north-1");

        assertEquals(
                Map.of("num_layers", "18", "num_classes", "4", "num_training_samples", "100", "mini_batch_size", "10"),
                plan.hyperParameters());
        assertEquals("390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/image-classification:1", plan.image());
    }

    @Test
    void tellsTheClassifierThatLabelsAreClassIds() {
        TrainingFacts several = new TrainingFacts("v1", "image-classification-multilabel", "source-ref", "animal", true, 100, 40, 4, 1);
        TrainingPlan plan = TrainingPlan.of(terms("image-classification", Map.of()), several, "us-east-1");

        assertEquals("application/x-recordio; label-format=class-id", plan.contentType());
        assertEquals("1", plan.hyperParameters().get("multi_label"));
    }

    @Test
    void derivesWhatSemanticSegmentationNeeds() {
        TrainingFacts roads = new TrainingFacts("v1", "semantic-segmentation", "source-ref", "road-ref", false, 100, 10, 4, 4);
        TrainingPlan plan = TrainingPlan.of(terms("semantic-segmentation", Map.of("algorithm", "psp")), roads, "eu-west-1");

        assertEquals(
                Map.of("algorithm", "psp", "num_classes", "4", "num_training_samples", "100", "mini_batch_size", "10", "validation_mini_batch_size", "10"),
                plan.hyperParameters());
        assertEquals(List.of("source-ref", "road-ref"), plan.attributeNames());
        assertEquals("application/x-recordio", plan.contentType());
        assertTrue(refused("semantic-segmentation", new TrainingFacts("v1", "semantic-segmentation", "source-ref", "road", false, 100, 10, 4, 4))
                .contains("does not end in -ref"));
        for (long classes : new long[] {0, 1, 255}) {
            assertTrue(refused("semantic-segmentation", new TrainingFacts("v1", "semantic-segmentation", "source-ref", "road-ref", false, 100, 10, classes, 4))
                    .contains("know " + classes + " classes, and Semantic Segmentation learns 2 to 254"));
        }
        TrainingFacts one = new TrainingFacts("v1", "semantic-segmentation", "source-ref", "road-ref", false, 100, 10, 1, 1);
        assertEquals("3", TrainingPlan.of(terms("semantic-segmentation", Map.of("num_classes", "3")), one, "eu-west-1").hyperParameters().get("num_classes"));
    }

    @Test
    void streamsTextsToBlazingText() {
        TrainingFacts moods = new TrainingFacts("v1", "text-classification", "source", "mood", false, 100, 10, 4, 1);
        TrainingPlan plan = TrainingPlan.of(terms("blazingtext", Map.of("min_count", "2")), moods, "eu-west-1");

        assertEquals(Map.of("min_count", "2", "mode", "supervised"), plan.hyperParameters());
        assertEquals(List.of("source", "mood"), plan.attributeNames());
        assertEquals("685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1", plan.image());
        assertTrue(refused("blazingtext", new TrainingFacts("v1", "text-classification", "source-ref", "mood", false, 100, 10, 4, 1)).contains("lie in files"));
        assertTrue(refused("blazingtext", new TrainingFacts("v1", "text-span", "source", "ner", false, 100, 10, 4, 1)).contains("of task text-span"));
    }

    private static String refused(String algorithm, TrainingFacts facts) {
        return assertThrows(TrainingRefusedException.class, () -> TrainingPlan.of(terms(algorithm, Map.of()), facts, "eu-west-1")).getMessage();
    }

    /** SageMaker streams attributes in the order asked for, whatever their order on the line; its algorithms read the object first. */
    @ParameterizedTest
    @CsvSource({"object-detection, object-detection, boxes", "image-classification, image-classification, kind", "semantic-segmentation, semantic-segmentation, road-ref"})
    void streamsImagesFirstAndRefusesWhatCarriesNone(String algorithm, String task, String label) {
        TrainingFacts images = new TrainingFacts("v1", task, "source-ref", label, false, 100, 10, 4, 1);
        assertEquals(List.of("source-ref", label), TrainingPlan.of(terms(algorithm, Map.of()), images, "eu-west-1").attributeNames());
        TrainingFacts texts = new TrainingFacts("v1", task, "source", label, false, 100, 10, 4, 1);
        assertTrue(refused(algorithm, texts).contains("reads images, which lie under \"source-ref\", and the lines have their objects under \"source\"; write"), () -> refused(algorithm, texts));
    }

    @Test
    void streamsToAnImageOfOnesOwnWhateverCarriesTheObjects() {
        TrainingFacts fields = new TrainingFacts("v1", "custom", "source", "fields", false, 100, 10, 0, 0);
        TrainingPlan plan = TrainingPlan.of(own(Map.of()), fields, "eu-west-1");

        assertEquals(List.of("source", "fields"), plan.attributeNames());
        assertEquals(Map.of("num_training_samples", "100"), plan.hyperParameters(), "custom labels have no classes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "num_classes          | 2     | class ids up to 2",
        "num_classes          | three | it is a whole number",
        "num_training_samples | 801   | the train manifest holds 800 lines",
        "mini_batch_size      | 201   | use 200 or less",
        "mini_batch_size      | 0     | one image or more",
        "label_width          | 61    | one image has 12 boxes",
        "image_shape          | 224   | 300 pixels or more",
        "epochs               | 0     | one epoch or more",
    })
    void refusesWhatCouldOnlyFail(String name, String value, String words) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> TrainingPlan.of(terms("object-detection", Map.of(name, value)), CARS, "us-east-1"));

        assertTrue(refused.getMessage().startsWith("training.hyperparameters." + name + ": \"" + value + "\""), refused.getMessage());
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "object-detection     | epochs          | zero      | it is a whole number",
        "object-detection     | mini_batch_size | 0         | a batch holds one image or more",
        "object-detection     | image_shape     | 12        | squares of 300 pixels or more",
        "object-detection     | label_width     | 6         | one box takes 5 numbers",
        "object-detection     | num_classes     | 0         | one class or more",
        "image-classification | epochs          | -3        | one epoch or more",
        "image-classification | image_shape     | 12        | channels, height and width",
        "image-classification | image_shape     | 3,224     | channels, height and width",
        "semantic-segmentation | num_classes    | 1         | learns 2 to 254 classes",
        "semantic-segmentation | num_classes    | 255       | learns 2 to 254 classes",
        "semantic-segmentation | validation_mini_batch_size | 0 | a batch holds one image or more",
        "blazingtext          | epochs          | zero      | it is a whole number",
        "blazingtext          | mode            | skipgram  | only the supervised mode learns labels",
    })
    void knowsWithoutAnyDataWhatCouldOnlyFail(String algorithm, String name, String value, String why) {
        List<Hyperparameters.Refusal> refusals = Hyperparameters.refused(algorithm, Map.of(name, value, "learning_rate", "0.1"));

        assertEquals(1, refusals.size());
        assertEquals(name, refusals.getFirst().name());
        assertEquals(value, refusals.getFirst().value());
        assertTrue(refusals.getFirst().why().contains(why), refusals.getFirst()::why);
        assertTrue(refusals.getFirst().cure().contains("leave it out"), refusals.getFirst()::cure);
        boolean texts = algorithm.equals("blazingtext");
        TrainingFacts facts = new TrainingFacts("v1", texts ? "text-classification" : algorithm, texts ? "source" : "source-ref",
                algorithm.equals("semantic-segmentation") ? "road-ref" : "cars", false, 800, 200, 1, 1);
        assertEquals(
                "training.hyperparameters." + name + ": \"" + value + "\" cannot work: " + refusals.getFirst().why() + "; "
                        + refusals.getFirst().cure(),
                assertThrows(IllegalArgumentException.class,
                        () -> TrainingPlan.of(terms(algorithm, Map.of(name, value)), facts, "us-east-1")).getMessage(),
                "a plan says the same");
    }

    @Test
    void refusesNothingThatItDoesNotKnow() {
        assertEquals(List.of(), Hyperparameters.refused("object-detection", Map.of("image_shape", "512", "epochs", " 3 ", "optimizer", "adam")));
        assertEquals(List.of(), Hyperparameters.refused("image-classification", Map.of("image_shape", "3, 224, 224")));
        assertEquals(List.of(), Hyperparameters.refused("semantic-segmentation", Map.of("num_classes", "254", "backbone", "resnet-101")));
        assertEquals(List.of(), Hyperparameters.refused("blazingtext", Map.of("mode", "supervised", "word_ngrams", "3")));
    }

    @ParameterizedTest
    @CsvSource({"num_classes, 9", "mini_batch_size, 200", "label_width, 62", "num_training_samples, 800"})
    void letsTheGivenWinWhereItCanWork(String name, String value) {
        assertEquals(
                value,
                TrainingPlan.of(terms("object-detection", Map.of(name, value)), CARS, "us-east-1").hyperParameters().get(name));
    }

    @Test
    void refusesAlgorithmsForOtherTasksAndUnknownRegions() {
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> TrainingPlan.of(terms("image-classification", Map.of()), CARS, "us-east-1"))
                .getMessage()
                .contains("cannot learn from labels of task object-detection"));
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> TrainingPlan.of(terms("object-detection", Map.of()), CARS, "moon-1"))
                .getMessage()
                .contains("\"moon-1\""));
    }

    @Test
    void plansAnImageOfOnesOwn() {
        TrainingPlan plan = TrainingPlan.of(own(Map.of("epochs", "8", "num_classes", "99")), CARS, "moon-1");

        assertEquals("123.dkr.ecr.moon-1.example/mine:7", plan.image());
        assertEquals(
                Map.of("epochs", "8", "num_classes", "99", "num_training_samples", "800"), plan.hyperParameters());
        assertEquals(1, plan.metricDefinitions().size());
    }

    @Test
    void namesThePlanByAllThatMattersToTheModel() {
        String plan = TrainingPlan.of(own(Map.of("epochs", "8")), CARS, "us-east-1").plan();

        assertTrue(Pattern.matches("[0-9a-f]{64}", plan));
        assertEquals(plan, TrainingPlan.of(own(Map.of("epochs", "8")), CARS, "us-east-1").plan());
        assertNotEquals(plan, TrainingPlan.of(own(Map.of("epochs", "9")), CARS, "us-east-1").plan());
        TrainingFacts other = new TrainingFacts("v2", "object-detection", "source-ref", "cars", false, 800, 200, 3, 12);
        assertNotEquals(plan, TrainingPlan.of(own(Map.of("epochs", "8")), other, "us-east-1").plan());
    }

    @ParameterizedTest
    @CsvSource({
        "always, m1:true m2:true",
        "prefer, m1:true m2:true m1:false",
        "never,  m1:false m2:false",
    })
    void climbsTheLadderAsSpotSays(String spot, String expected) {
        Map<String, Object> json = new LinkedHashMap<>(settings());
        json.put("spot", spot);

        assertEquals(
                expected,
                String.join(" ", TrainingTerms.fromJson(json).ladder().stream()
                        .map(rung -> rung.instanceType() + ":" + rung.spot())
                        .toList()));
    }

    /** The answer of SealDataset, field by field: the state machine reads it. */
    @Test
    void tellsTheStateMachineAllItAsksFor() {
        TrainingPlan plan = TrainingPlan.of(own(Map.of()), CARS, "us-east-1");
        S3Uri folder = S3Uri.parse("s3://work/datasets/street-cars/");
        Map<String, Object> json = plan.toJson(
                "street-cars",
                "street-cars-0f",
                "arn:aws:iam::1:role/train",
                folder.resolve("versions/v1/"),
                folder.resolve("models/"),
                folder.resolve("checkpoints/"),
                7,
                null);

        assertEquals(
                """
                {"plan":"PLAN","jobPrefix":"street-cars-PLAN8-12fd7fa5","image":"123.dkr.ecr.moon-1.example/mine:7",\
                "roleArn":"arn:aws:iam::1:role/train","hyperParameters":{"num_classes":"3","num_training_samples":"800"},\
                "metricDefinitions":[{"Name":"validation:mAP","Regex":"mAP=(\\\\S+)"}],"contentType":"application/x-recordio",\
                "attributeNames":["source-ref","cars"],"trainUri":"s3://work/datasets/street-cars/versions/v1/train.manifest",\
                "validationUri":"s3://work/datasets/street-cars/versions/v1/validation.manifest","shuffleSeed":7,\
                "outputPath":"s3://work/datasets/street-cars/models/","checkpointPath":"s3://work/datasets/street-cars/checkpoints/",\
                "maxRuntimeSeconds":14400,"maxWaitSeconds":18000,"volumeSizeInGB":50,\
                "ladder":[{"instanceType":"m1","spot":true},{"instanceType":"m2","spot":true},{"instanceType":"m1","spot":false}]}"""
                .replace("PLAN8", plan.plan().substring(0, 8))
                .replace("PLAN", plan.plan()),
                Json.text(json));
    }

    /** Named only where SageMaker takes it: the job fails to start otherwise. */
    @ParameterizedTest
    @CsvSource({
        "ml.c5.2xlarge, true", "ml.m5.xlarge, true", "ml.g4dn.xlarge, false", "ml.g5.48xlarge, false", "ml.g6e.2xlarge, false",
        "ml.gr6.4xlarge, false", "ml.p3.2xlarge, true", "ml.p3dn.24xlarge, false", "ml.p4d.24xlarge, false", "ml.p4de.24xlarge, false",
        "ml.p5.48xlarge, false", "ml.p5en.48xlarge, false", "ml.p6-b200.48xlarge, false", "ml.trn1.32xlarge, false", "ml.trn2.48xlarge, false",
        "ml.c5d.9xlarge, false", "ml.m6gd.xlarge, false", "ml.m5dn.xlarge, false", "ml.c5n.18xlarge, true", "ml.c6i.xlarge, true",
        "ml.r5.xlarge, true", "ml.g7e.2xlarge, false", "ml.inf1.xlarge, true", "m1, true"
    })
    void namesAKeyForTheVolumeOnlyWhereTheInstanceHasNoDisksOfItsOwn(String instance, boolean named) {
        Map<String, Object> json = new LinkedHashMap<>(settings());
        json.put("instances", List.of(instance));
        S3Uri any = S3Uri.parse("s3://w/a/");
        Map<String, Object> training = TrainingPlan.of(TrainingTerms.fromJson(json), CARS, "us-east-1").toJson("d", "x", "r", any, any, any, 1, "key");
        assertEquals("key", training.get("kmsKeyId"));
        for (Object rung : Json.array(training.get("ladder"))) {
            assertEquals(named ? "key" : null, Json.object(rung).get("volumeKmsKeyId"));
        }
    }

    @Test
    void tellsTheStateMachineWhichNetworkTheJobHas() {
        Map<String, Object> json = new LinkedHashMap<>(settings());
        json.put("vpc", Map.of("subnets", List.of("subnet-01234567"), "securityGroups", List.of("sg-01234567")));
        json.put("networkIsolation", true);
        S3Uri any = S3Uri.parse("s3://w/a/");
        TrainingPlan plan = TrainingPlan.of(TrainingTerms.fromJson(json), CARS, "us-east-1");
        Map<String, Object> training = plan.toJson("d", "x", "r", any, any, any, 1, null);
        assertEquals("{\"SecurityGroupIds\":[\"sg-01234567\"],\"Subnets\":[\"subnet-01234567\"]}", Json.text(training.get("vpcConfig")));
        assertEquals(true, training.get("networkIsolation"));
        assertEquals(TrainingPlan.of(own(Map.of()), CARS, "us-east-1").plan(), plan.plan(), "where a job runs is no part of what it makes");
        json.put("vpc", Map.of("subnets", List.of("subnet-01234567"), "securityGroups", List.of()));
        assertThrows(IllegalArgumentException.class, () -> TrainingTerms.fromJson(json));
    }

    @Test
    void namesOfJobsStayWithinSageMakersLimit() {
        TrainingPlan plan = TrainingPlan.of(own(Map.of()), CARS, "us-east-1");
        S3Uri any = S3Uri.parse("s3://w/a/");
        String prefix = (String) plan.toJson("a".repeat(24), "x", "r", any, any, any, 1, null).get("jobPrefix");

        assertTrue(Pattern.matches("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", prefix + "-r999-999"), prefix);
    }

    private static TrainingTerms own(Map<String, String> given) {
        Map<String, Object> json = new LinkedHashMap<>(settings());
        json.put("hyperparameters", new LinkedHashMap<String, Object>(given));
        return TrainingTerms.fromJson(json);
    }

    private static TrainingTerms terms(String algorithm, Map<String, String> given) {
        Map<String, Object> json = new LinkedHashMap<>(settings());
        json.remove("image");
        json.remove("metrics");
        json.put("algorithm", algorithm);
        json.put("hyperparameters", new LinkedHashMap<String, Object>(given));
        return TrainingTerms.fromJson(json);
    }

    private static Map<String, Object> settings() {
        return Map.of(
                "image", "123.dkr.ecr.moon-1.example/mine:7",
                "metrics", List.of(Map.of("name", "validation:mAP", "regex", "mAP=(\\S+)")),
                "instances", List.of("m1", "m2"),
                "spot", "prefer",
                "maxRuntimeSeconds", 14_400L,
                "maxWaitSeconds", 18_000L,
                "volumeSizeInGB", 50L,
                "hyperparameters", Map.of(),
                "objective", Map.of("metric", "validation:mAP", "direction", "maximize", "tolerance", 0.01));
    }
}
