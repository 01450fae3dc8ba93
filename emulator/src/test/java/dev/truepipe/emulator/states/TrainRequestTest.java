package dev.truepipe.emulator.states;

import static dev.truepipe.emulator.states.Retraining.job;
import static dev.truepipe.emulator.states.Retraining.map;
import static dev.truepipe.emulator.states.Retraining.payload;
import static dev.truepipe.emulator.states.ScriptedTasks.gives;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the state machine says to Lambda, SageMaker and SNS. */
class TrainRequestTest {

    @Test
    void asksForASpotJobInPipeModeWithEveryFieldSpeltOut() {
        try (Retraining retraining = new Retraining()) {
            retraining.run();
            String job = "street-cars-01234567-89abcdef-r0-1";
            assertEquals(
                    map("TrainingJobName", job,
                            "RoleArn", "arn:aws:iam::000000000000:role/training",
                            "AlgorithmSpecification", map("TrainingImage", "image:1", "TrainingInputMode", "Pipe"),
                            "HyperParameters", map("epochs", "30", "num_classes", "1"),
                            "InputDataConfig", List.of(
                                    channel("train", "s3://work/train.manifest", map("Seed", 1L)),
                                    channel("validation", "s3://work/validation.manifest", null)),
                            "OutputDataConfig", map("S3OutputPath", "s3://work/datasets/street-cars/models/"),
                            "ResourceConfig", map("InstanceType", "ml.g5.2xlarge", "InstanceCount", 1L, "VolumeSizeInGB", 50L),
                            "StoppingCondition", map("MaxRuntimeInSeconds", 14_400L, "MaxWaitTimeInSeconds", 18_000L),
                            "EnableManagedSpotTraining", true,
                            "EnableNetworkIsolation", false,
                            "CheckpointConfig", map("S3Uri", "s3://work/datasets/street-cars/checkpoints/" + job + "/")),
                    retraining.tasks.calls("Train").getFirst().arguments());
        }
    }

    /** Only where there is something to say: SageMaker refuses a key for the volume of instances that have disks of their own. */
    @Test
    void asksForAJobInAVpcUnderAKeyAndAKeyForTheVolumeWhereItMay() {
        try (Retraining retraining = new Retraining(Retraining.trainingInVpc())) {
            retraining.tasks.then("TrainInVpc", gives(job("Failed", "Failed", "CapacityError: none")))
                    .then("DescribeAttempt", gives(job("Failed", "Failed", "CapacityError: none")));
            assertEquals("SUCCEEDED", retraining.run().status());
            String key = "arn:aws:kms:us-east-1:000000000000:key/k";
            Map<String, Object> withDisks = retraining.tasks.calls("TrainInVpc").getFirst().arguments();
            Map<String, Object> without = retraining.tasks.calls("TrainInVpc").getLast().arguments();
            assertEquals(map("InstanceType", "ml.g5.2xlarge", "InstanceCount", 1L, "VolumeSizeInGB", 50L), withDisks.get("ResourceConfig"));
            assertEquals(map("InstanceType", "ml.c5.2xlarge", "InstanceCount", 1L, "VolumeSizeInGB", 50L, "VolumeKmsKeyId", key), without.get("ResourceConfig"));
            for (Map<String, Object> request : List.of(withDisks, without)) {
                assertEquals(map("S3OutputPath", "s3://work/datasets/street-cars/models/", "KmsKeyId", key), request.get("OutputDataConfig"));
                assertEquals(map("SecurityGroupIds", List.of("sg-01234567"), "Subnets", List.of("subnet-01234567", "subnet-89abcdef")), request.get("VpcConfig"));
                assertEquals(true, request.get("EnableNetworkIsolation"));
            }
            assertEquals(List.of(), retraining.tasks.calls("Train"));
        }
    }

    /** Two states for one request, since no expression can leave a field of Arguments out: they may not drift apart. */
    @Test
    void asksInAVpcForWhatItAsksElsewhere() throws Exception {
        Map<String, Object> states = Json.object(Retraining.document().get("States"));
        Map<String, Object> train = new LinkedHashMap<>(Json.object(states.get("Train")));
        Map<String, Object> inVpc = new LinkedHashMap<>(Json.object(states.get("TrainInVpc")));
        Map<String, Object> arguments = new LinkedHashMap<>(Json.object(inVpc.get("Arguments")));
        assertEquals("{% $training.vpcConfig %}", arguments.remove("VpcConfig"));
        inVpc.put("Arguments", arguments);
        train.remove("Comment");
        inVpc.remove("Comment");
        assertEquals(Json.text(train), Json.text(inVpc));
    }

    @Test
    void asksForNoWaitOnAnOnDemandRungAndKeepsItsCheckpointsApart() {
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.then("Train", gives(job("Stopped", "MaxWaitTimeExceeded", null)))
                    .then("DescribeAttempt", gives(job("Stopped", "MaxWaitTimeExceeded", null)));
            retraining.run();
            Map<String, Object> request = retraining.tasks.calls("Train").getLast().arguments();
            assertEquals("street-cars-01234567-89abcdef-r0-2", request.get("TrainingJobName"));
            assertEquals(false, request.get("EnableManagedSpotTraining"));
            assertEquals(map("MaxRuntimeInSeconds", 14_400L), request.get("StoppingCondition"));
            assertEquals(map("S3Uri", "s3://work/datasets/street-cars/checkpoints/street-cars-01234567-89abcdef-r0-2/"), request.get("CheckpointConfig"));
        }
    }

    @Test
    void sendsMetricDefinitionsOfACustomImage() {
        Map<String, Object> training = Retraining.training();
        training.put("metricDefinitions", List.of(map("Name", "validation:mAP", "Regex", "mAP=([0-9.]+)")));
        try (Retraining retraining = new Retraining(training)) {
            retraining.run();
            Map<String, Object> request = retraining.tasks.calls("Train").getFirst().arguments();
            assertEquals(map("TrainingImage", "image:1", "TrainingInputMode", "Pipe",
                    "MetricDefinitions", List.of(map("Name", "validation:mAP", "Regex", "mAP=([0-9.]+)"))), request.get("AlgorithmSpecification"));
        }
    }

    /** 24 characters of dataset, both hashes, and more redrives and attempts than anybody will make. */
    @Test
    void namesJobsAsSageMakerAllowsAtAnyLength() {
        List<Object> ladder = new ArrayList<>(Collections.nCopies(120, map("instanceType", "ml.g5.2xlarge", "spot", false)));
        for (String dataset : List.of("a", "abcdefghijklmnopqrstuvwx", "a-1-b-2-c-3-d-4-e-5-f-6x")) {
            Map<String, Object> training = Retraining.training();
            training.put("jobPrefix", dataset + "-01234567-89abcdef");
            training.put("ladder", ladder);
            try (Retraining retraining = new Retraining(training)) {
                retraining.tasks.usually("Train", gives(job("Failed", "Failed", "CapacityError: none")))
                        .usually("DescribeAttempt", gives(job("Failed", "Failed", "CapacityError: none")));
                assertEquals("NoCapacity", retraining.run().error());
                List<Object> names = retraining.tasks.calls("Train").stream().map(call -> call.arguments().get("TrainingJobName")).toList();
                assertEquals(120, names.stream().distinct().count());
                for (Object name : names) {
                    assertTrue(((String) name).matches("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"), name.toString());
                }
            }
        }
    }

    @Test
    void handsEachFunctionWhatItsContractSays() {
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.then("PlanDataset", gives(Retraining.payload(map("outcome", "convert", "message", "1 export to be converted",
                    "run", map("bucket", "work", "prefix", "runs/street-cars/first/"), "exports", 1L))));
            ExecutionRecord record = retraining.run();
            String arn = record.ref().arn();
            Map<String, Object> run = map("bucket", "work", "prefix", "runs/street-cars/first/");
            assertEquals(map("dataset", "street-cars", "execution", arn, "executionName", "first", "force", false, "settles", 0L),
                    sent(retraining, "PlanDataset"));
            assertEquals(map("dataset", "street-cars", "execution", arn, "run", run, "chunk",
                            map("index", 0L, "manifest", "s3://labels/output.manifest", "eTag", "e", "from", 0L, "to", 10L, "gzip", false,
                                    "manifestIndex", 0L)),
                    retraining.tasks.calls("ScanChunk").stream().map(call -> Json.object(call.arguments().get("Payload")))
                            .filter(payload -> Json.object(payload.get("chunk")).get("index").equals(0L)).findFirst().orElseThrow());
            assertEquals(3, retraining.tasks.calls("WriteChunk").size());
            for (String state : List.of("DecideDataset", "SealDataset")) {
                assertEquals(map("dataset", "street-cars", "execution", arn, "executionName", "first", "run", run), sent(retraining, state));
            }
            assertEquals(map("dataset", "street-cars", "execution", arn, "executionName", "first", "run", run, "version", "v1",
                            "plan", "0123456789abcdef", "job", job("Completed", "Completed", null)),
                    sent(retraining, "JudgeModel"));
            assertEquals(map("dataset", "street-cars", "execution", arn, "executionName", "first", "run", run), sent(retraining, "ConvertLabels"));
            for (String state : List.of("PlanDataset", "ConvertLabels", "ScanChunk", "DecideDataset", "WriteChunk", "SealDataset", "JudgeModel")) {
                assertEquals("arn:aws:lambda:us-east-1:000000000000:function:" + state + ":live",
                        retraining.tasks.calls(state).getFirst().arguments().get("FunctionName"));
            }
        }
    }

    @Test
    void registersForApprovalAndAnnouncesWhatJudgeModelWrote() {
        try (Retraining retraining = new Retraining()) {
            ExecutionRecord record = retraining.run();
            Map<String, Object> request = retraining.tasks.calls("Register").getFirst().arguments();
            assertEquals("truepipe-street-cars", request.get("ModelPackageGroupName"));
            assertEquals("PendingManualApproval", request.get("ModelApprovalStatus"));
            assertEquals(map("Containers", List.of(map("Image", "image:1", "ModelDataUrl", "s3://work/model.tar.gz")),
                    "SupportedContentTypes", List.of("application/x-recordio"),
                    "SupportedResponseMIMETypes", List.of("application/json")), request.get("InferenceSpecification"));
            assertTrue(((String) request.get("ClientToken")).matches("[a-zA-Z0-9-]{1,36}"), request.toString());
            assertEquals(map("TopicArn", "arn:aws:sns:us-east-1:000000000000:truepipe", "Subject", "A model", "Message", "It is trained."),
                    retraining.tasks.calls("Announce").getFirst().arguments());
            assertEquals(map("outcome", "promoted", "dataset", "street-cars", "version", "v1",
                    "trainingJob", "street-cars-01234567-89abcdef-r0-1", "modelUrl", "s3://work/model.tar.gz",
                    "reportUri", "s3://work/report.html", "metric", null), record.output());
        }
    }

    @Test
    void waitsAsLongAsTheArrivalSaysAndThenAsThePlanSays() {
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.then("PlanDataset", gives(payload(map("outcome", "settle", "message", "young", "settleSeconds", 42L))));
            retraining.run();
            assertEquals(List.of(300L, 42L), retraining.time.sleeps().stream().map(java.time.Duration::toSeconds).toList());
            assertEquals(1L, Json.object(retraining.tasks.calls("PlanDataset").getLast().arguments().get("Payload")).get("settles"));
        }
    }

    /**
     * What SnapStart, throttling and Lambda's own faults need, with the jitter that is drawn: a wait is uniform between 0 and
     * its full length, so that the sum's mean is half of the whole, and hardly any run falls below four deviations of it.
     */
    @Test
    void retriesLambdaForMoreThanFiveMinutes() throws Exception {
        List<Map<String, Object>> retriers = lambdaRetriers(Json.object(Retraining.document().get("States")));
        assertEquals(7, retriers.size());
        for (Map<String, Object> retrier : retriers) {
            assertEquals("FULL", retrier.get("JitterStrategy"));
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < ((Number) retrier.get("MaxAttempts")).intValue(); i++) {
                double longest = Math.min(((Number) retrier.get("MaxDelaySeconds")).doubleValue(),
                        ((Number) retrier.get("IntervalSeconds")).doubleValue() * Math.pow(((Number) retrier.get("BackoffRate")).doubleValue(), i));
                mean += longest / 2;
                variance += longest * longest / 12;
            }
            double least = mean - 4 * Math.sqrt(variance);
            assertTrue(least >= 300, "retries go on for " + mean + " s on average, but a few for no more than " + least + " s");
        }
    }

    private static List<Map<String, Object>> lambdaRetriers(Map<String, Object> states) {
        List<Map<String, Object>> found = new ArrayList<>();
        states.values().forEach(state -> {
            Map<String, Object> fields = Json.object(state);
            if (fields.get("Retry") instanceof List<?> retriers) {
                retriers.stream().map(Json::object).filter(retrier -> Json.array(retrier.get("ErrorEquals")).contains("Lambda.ServiceException"))
                        .forEach(found::add);
            }
            if (fields.get("ItemProcessor") instanceof Map<?, ?> processor) {
                found.addAll(lambdaRetriers(Json.object(processor.get("States"))));
            }
        });
        return found;
    }

    /** 28 days and an hour is as long as the settings let a job wait and run; Step Functions keeps 25,000 events. */
    @Test
    void waitsForTheLongestJobWithinTheEventsThatAHistoryMayHave() throws Exception {
        java.time.Duration longest = java.time.Duration.ofDays(28).plusHours(1);
        Map<String, Object> wait = Json.object(Json.object(Retraining.document().get("States")).get("WaitForAttempt"));
        int rounds = (int) Math.ceilDiv(longest.toSeconds(), ((Number) wait.get("Seconds")).longValue());
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.then("Train", ScriptedTasks.fails("SageMaker.ResourceInUseException", "there is one of this name"))
                    .then("DescribeAttempt", Collections.nCopies(rounds, gives(job("InProgress", "Training", null))).toArray(ScriptedTasks.Answer[]::new))
                    .then("DescribeAttempt", gives(job("Completed", "Completed", null)));
            ExecutionRecord record = retraining.run();
            assertEquals("SUCCEEDED", record.status(), record.cause());
            java.time.Duration waited = java.time.Duration.between(record.startDate(), record.stopDate());
            assertTrue(waited.compareTo(longest) >= 0, waited::toString);
            assertTrue(record.history().size() <= 25_000, record.history().size() + " events");
        }
    }

    @Test
    void failsWithTheHandlersOwnWordsWhenItFailsForGood() {
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.usually("DecideDataset", ScriptedTasks.fails("java.io.IOException", "no object at s3://work/plan.json"));
            ExecutionRecord record = retraining.run();
            assertEquals("FAILED", record.status());
            assertEquals("java.io.IOException", record.error());
            assertEquals("no object at s3://work/plan.json", record.cause());
            assertEquals(3, retraining.tasks.calls("DecideDataset").size());
        }
    }

    private static Object sent(Retraining retraining, String state) {
        return retraining.tasks.calls(state).getFirst().arguments().get("Payload");
    }

    private static Map<String, Object> channel(String name, String uri, Map<String, Object> shuffle) {
        Map<String, Object> channel = map("ChannelName", name, "ContentType", "application/x-recordio", "InputMode", "Pipe",
                "RecordWrapperType", "RecordIO", "CompressionType", "None",
                "DataSource", map("S3DataSource", map("S3DataType", "AugmentedManifestFile", "S3Uri", uri,
                        "S3DataDistributionType", "FullyReplicated", "AttributeNames", List.of("source-ref", "street-cars"))));
        if (shuffle != null) {
            channel.put("ShuffleConfig", shuffle);
        }
        return channel;
    }
}
