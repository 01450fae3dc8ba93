package dev.truepipe.emulator.sagemaker;

import static dev.truepipe.emulator.sagemaker.Training.channel;
import static dev.truepipe.emulator.sagemaker.Training.list;
import static dev.truepipe.emulator.sagemaker.Training.map;
import static dev.truepipe.emulator.sagemaker.Training.object;
import static dev.truepipe.emulator.sagemaker.Training.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.emulator.s3.Served;
import dev.truepipe.storage.S3Uri;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ModelApprovalStatus;
import software.amazon.awssdk.services.sagemaker.model.ResourceInUseException;
import software.amazon.awssdk.services.sagemaker.model.ResourceLimitExceededException;
import software.amazon.awssdk.services.sagemaker.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingInputMode;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/** The API as callers see it; hardly any job runs here. */
@Timeout(60)
class SageMakerServiceTest {
    @TempDir Path folder;
    private Training cloud;

    @BeforeEach
    void start() throws Exception {
        cloud = Training.script(folder, "exit 0");
        cloud.put("s3://work/m", "{\"a\":1}\n");
    }

    @AfterEach
    void end() throws Exception {
        cloud.close();
    }

    private static Map<String, Object> good(String name) {
        return request(name, channel("train", "s3://work/m", "RecordIO", "a"));
    }

    /** The message with which a request, changed a little, is refused. */
    private String refusal(Consumer<Map<String, Object>> change) {
        Map<String, Object> request = good("refused");
        change.accept(request);
        AwsError error = assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", request));
        assertEquals("ValidationException", error.code());
        return error.getMessage();
    }

    private static Map<String, Object> firstChannel(Map<String, Object> request) {
        return object(list(request.get("InputDataConfig")).getFirst());
    }

    private static Map<String, Object> source(Map<String, Object> request) {
        return object(object(firstChannel(request).get("DataSource")).get("S3DataSource"));
    }

    @Test
    void refusesARequestWithAllThatIsWrongAtOnce() {
        String message = refusal(request -> {
            request.put("TrainingJobName", "no_underscores");
            request.remove("RoleArn");
            object(request.get("ResourceConfig")).put("VolumeSizeInGB", 0);
        });
        assertEquals("3 validation errors detected: "
                + "Value 'no_underscores' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                + "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}; "
                + "Value null at 'roleArn' failed to satisfy constraint: Member must not be null; "
                + "Value '0' at 'resourceConfig.volumeSizeInGB' failed to satisfy constraint: Member must have value greater than or equal to 1",
                message);
    }

    @Test
    void refusesANameOf64Characters() {
        assertTrue(refusal(request -> request.put("TrainingJobName", "a".repeat(64))).contains("length less than or equal to 63"));
    }

    @Test
    void refusesHyperparametersThatAreNotStrings() {
        assertTrue(refusal(request -> request.put("HyperParameters", map("epochs", 3))).contains("'hyperParameters.epochs.member'"));
    }

    @Test
    void wantsPipeModeForAnAugmentedManifest() {
        assertTrue(refusal(request -> firstChannel(request).put("InputMode", "File")).contains("can only be used with input mode Pipe, was File"));
        assertTrue(refusal(request -> {
            firstChannel(request).remove("InputMode");
            object(request.get("AlgorithmSpecification")).put("TrainingInputMode", "FastFile");
        }).contains("was FastFile"));
    }

    @Test
    void wantsAttributeNamesAndNoMoreThan16() {
        assertTrue(refusal(request -> source(request).remove("AttributeNames")).contains("needs AttributeNames"));
        assertTrue(refusal(request -> source(request).put("AttributeNames", new ArrayList<>(java.util.Collections.nCopies(17, "a")))).contains("less than or equal to 16"));
    }

    @Test
    void refusesTwoChannelsOfOneName() {
        assertTrue(refusal(request -> list(request.get("InputDataConfig")).add(channel("train", "s3://work/m", "None", "a")))
                .startsWith("Duplicate channel name detected: train"));
    }

    @Test
    void wantsASpotJobToWaitAtLeastAsLongAsItRuns() {
        assertEquals("Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds", refusal(request -> {
            request.put("EnableManagedSpotTraining", true);
            request.put("StoppingCondition", map("MaxRuntimeInSeconds", 100, "MaxWaitTimeInSeconds", 99));
        }));
        assertTrue(refusal(request -> request.put("StoppingCondition", map("MaxRuntimeInSeconds", 100, "MaxWaitTimeInSeconds", 100)))
                .startsWith("MaxWaitTimeInSeconds is for managed spot training only"));
    }

    @Test
    void refusesAnImageItHasNoCommandForAndNamesThoseItHas() {
        String message = refusal(request -> object(request.get("AlgorithmSpecification")).put("TrainingImage", "other:1"));
        assertTrue(message.startsWith("Requested image other:1 not found."), message);
        assertTrue(message.contains(Training.IMAGE), message);
    }

    @Test
    void refusesWhatItDoesNotDoInsteadOfIgnoringIt() {
        assertTrue(refusal(request -> object(request.get("ResourceConfig")).put("InstanceCount", 9)).contains("only runs 8 instances at most"));
        assertTrue(refusal(request -> source(request).put("S3DataType", "S3Prefix")).contains("only streams augmented manifests"));
        assertTrue(refusal(request -> firstChannel(request).put("CompressionType", "Gzip")).contains("CompressionType Gzip in channel train"));
        assertTrue(refusal(request -> object(request.get("OutputDataConfig")).put("CompressionType", "NONE")).contains("model.tar.gz"));
        assertTrue(refusal(request -> request.put("CheckpointConfig", map("S3Uri", "s3://w/c", "LocalPath", "/tmp/c"))).contains("/opt/ml/checkpoints/"));
        for (String field : List.of("ContainerEntrypoint", "ContainerArguments")) {
            assertTrue(refusal(request -> object(request.get("AlgorithmSpecification")).put(field, List.of("sh"))).contains("AlgorithmSpecification." + field));
        }
        assertTrue(refusal(request -> request.put("DebugRuleConfigurations", List.of(map("RuleConfigurationName", "r")))).contains("DebugRuleConfigurations"));
        assertTrue(refusal(request -> request.put("TensorBoardOutputConfig", map("S3OutputPath", "s3://w/t"))).contains("TensorBoardOutputConfig"));
        AwsError unknown = assertThrows(AwsError.class, () -> cloud.service.call("CreateEndpoint", Map.of()));
        assertEquals("UnknownOperationException", unknown.code());
    }

    @Test
    void refusesAMetricWhoseExpressionHasNoGroup() {
        assertTrue(refusal(request -> object(request.get("AlgorithmSpecification"))
                .put("MetricDefinitions", List.of(map("Name", "loss", "Regex", "loss=\\d+")))).contains("put parentheses around the number"));
    }

    @Test
    void takesWholeNumbersHoweverTheyAreTyped() throws Exception {
        Map<String, Object> request = good("doubles");
        request.put("StoppingCondition", map("MaxRuntimeInSeconds", 60.0));
        assertEquals("Completed", cloud.train(request).get("TrainingJobStatus"));
        assertEquals(60L, object(cloud.describe("doubles").get("StoppingCondition")).get("MaxRuntimeInSeconds"));
    }

    @Test
    void refusesAUsedNameEvenAfterTheJobHasEnded() throws Exception {
        cloud.train(good("used"));
        AwsError error = assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", good("used")));
        assertEquals("ResourceInUse", error.code());
        assertEquals("Training job names must be unique within an AWS account and region, and a training job with this name already exists "
                + "(arn:aws:sagemaker:us-east-1:000000000000:training-job/used)", error.getMessage());
    }

    @Test
    void knowsNoJobThatWasNeverMade() {
        for (String operation : List.of("DescribeTrainingJob", "StopTrainingJob")) {
            AwsError error = assertThrows(AwsError.class, () -> cloud.service.call(operation, map("TrainingJobName", "nobody")));
            assertEquals("ValidationException Requested resource not found.", error.code() + " " + error.getMessage());
        }
        assertThrows(AwsError.class, () -> cloud.service.awaitTrainingJob("nobody"));
    }

    @Test
    void doesNotStopAJobThatHasEnded() throws Exception {
        cloud.train(good("over"));
        AwsError error = assertThrows(AwsError.class, () -> cloud.service.call("StopTrainingJob", map("TrainingJobName", "over")));
        assertEquals("The request was rejected because the training job is in status Completed.", error.getMessage());
    }

    @Test
    void givesTheNextJobsTheFateAskedFor() throws Exception {
        cloud.service.provoke(TrainingFault.RESOURCE_LIMIT_EXCEEDED, "ml.p5.48xlarge", 1);
        cloud.service.provoke(TrainingFault.CAPACITY_ERROR, 1);
        cloud.service.provoke(TrainingFault.INTERNAL_SERVER_ERROR, 1);
        cloud.service.provoke(TrainingFault.MAX_WAIT_TIME_EXCEEDED, 1);
        Map<String, Object> large = good("large");
        object(large.get("ResourceConfig")).put("InstanceType", "ml.p5.48xlarge");
        AwsError limit = assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", large));
        assertEquals("ResourceLimitExceeded", limit.code());
        assertTrue(limit.getMessage().startsWith("The account-level service limit 'ml.p5.48xlarge for training job usage' is 0 Instances"));
        assertThrows(AwsError.class, () -> cloud.describe("large"));

        Map<String, Object> capacity = cloud.train(good("capacity"));
        assertEquals("Failed", capacity.get("TrainingJobStatus"));
        assertTrue(capacity.get("FailureReason").toString().startsWith("CapacityError: "));
        assertFalse(capacity.containsKey("TrainingStartTime"));
        assertTrue(cloud.train(good("internal")).get("FailureReason").toString().startsWith("InternalServerError: "));
        Map<String, Object> waited = cloud.train(good("waited"));
        assertEquals("Stopped MaxWaitTimeExceeded", waited.get("TrainingJobStatus") + " " + waited.get("SecondaryStatus"));
        assertEquals("Completed", cloud.train(good("fine")).get("TrainingJobStatus"));

        cloud.service.provoke(TrainingFault.THROTTLED, 1);
        assertEquals("ThrottlingException",
                assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", good("throttled"))).code());
    }

    @Test
    void keepsWhatChangesNothing() throws Exception {
        Map<String, Object> request = good("kept");
        Map<String, Object> hook = map("S3OutputPath", "s3://work/debug/", "CollectionConfigurations", List.of());
        request.put("DebugHookConfig", hook);
        request.put("ProfilerConfig", map("DisableProfiler", true));
        request.put("ProfilerRuleConfigurations", List.of());
        Map<String, Object> vpc = map("SecurityGroupIds", List.of("sg-01234567"), "Subnets", List.of("subnet-01234567"));
        request.put("VpcConfig", vpc);
        request.put("EnableNetworkIsolation", true);
        String key = "arn:aws:kms:us-east-1:000000000000:key/k";
        object(request.get("OutputDataConfig")).put("KmsKeyId", key);
        object(request.get("ResourceConfig")).put("VolumeKmsKeyId", key);
        Map<String, Object> job = cloud.train(request);
        assertEquals("Completed", job.get("TrainingJobStatus"));
        assertEquals(hook, job.get("DebugHookConfig"));
        assertEquals(map("DisableProfiler", true), job.get("ProfilerConfig"));
        assertEquals(vpc, job.get("VpcConfig"));
        assertEquals(true, job.get("EnableNetworkIsolation"));
        assertEquals(key, object(job.get("OutputDataConfig")).get("KmsKeyId"));
        assertEquals(key, object(job.get("ResourceConfig")).get("VolumeKmsKeyId"));
    }

    @Test
    void givesAJobTheFateOfItsTag() throws Exception {
        Map<String, String> reasons = Map.of("capacity-error", "CapacityError: ", "internal-server-error", "InternalServerError: ",
                "client-error", "ClientError: ", "algorithm-error", "AlgorithmError: ");
        for (Map.Entry<String, String> reason : reasons.entrySet()) {
            Map<String, Object> job = cloud.train(tagged(reason.getKey()));
            assertEquals("Failed", job.get("TrainingJobStatus"));
            assertTrue(job.get("FailureReason").toString().startsWith(reason.getValue()), job.toString());
        }
        for (Map.Entry<String, String> refused : Map.of("resource-limit-exceeded", "ResourceLimitExceeded", "throttled", "ThrottlingException").entrySet()) {
            assertEquals(refused.getValue(), assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", tagged(refused.getKey()))).code());
        }
        assertTrue(assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", tagged("capacity"))).getMessage().contains("capacity-error"));
        assertTrue(assertThrows(AwsError.class, () -> cloud.service.call("CreateTrainingJob", tagged("spot-interruption"))).getMessage().contains("EnableManagedSpotTraining"));
    }

    private static Map<String, Object> tagged(String fault) {
        Map<String, Object> request = good(fault);
        request.put("Tags", List.of(map("Key", TrainingFault.TAG, "Value", fault)));
        return request;
    }

    @Test
    void findsThoseAFaultIsForByNameAndInstanceAsOftenAsItIsMeant() throws Exception {
        cloud.service.provoke(new Provocation(TrainingFault.CAPACITY_ERROR, "ml.g5.2xlarge", "slow", 2));
        cloud.service.provoke(new Provocation(TrainingFault.CLIENT_ERROR, null, "never", Integer.MAX_VALUE));
        List<Object> ends = new ArrayList<>();
        for (String name : List.of("slow-1", "quick-1", "never-1", "slow-2", "never-2", "slow-3", "never-3")) {
            ends.add(String.valueOf(cloud.train(good(name)).get("FailureReason")).split(":")[0]);
        }
        assertEquals(List.of("CapacityError", "null", "ClientError", "CapacityError", "ClientError", "null", "ClientError"), ends);
    }

    /** An algorithm that says what it found, keeps a checkpoint, and saves what it has when it is told to end. */
    private static final String CAREFUL = """
            cat checkpoints/* 2>/dev/null
            trap 'echo cut > model/m; exit 0' TERM
            echo kept > checkpoints/c
            cat input/data/train_0 > /dev/null &
            wait $!
            echo whole > model/m
            """;

    @Test
    void interruptsASpotJobThatThenFindsItsCheckpoints(@TempDir Path other) throws Exception {
        try (Training careful = Training.script(other, CAREFUL)) {
            careful.put("s3://work/m", "{\"a\":1}\n".repeat(100_000));
            Map<String, Object> request = tagged("spot-interruption");
            request.put("EnableManagedSpotTraining", true);
            request.put("StoppingCondition", map("MaxRuntimeInSeconds", 60, "MaxWaitTimeInSeconds", 60));
            request.put("CheckpointConfig", map("S3Uri", "s3://work/checkpoints"));
            Map<String, Object> job = careful.train(request);
            assertEquals(List.of("Starting", "Training", "Interrupted", "Starting", "Training", "Uploading", "Completed"), steps(job));
            assertEquals(List.of("kept"), careful.log("spot-interruption"), "the second container finds what the first one kept");
            assertEquals(Map.of("m", "whole\n"), careful.archive("s3://work/models/spot-interruption/output/model.tar.gz"));
        }
    }

    @Test
    void endsAJobAsIfItsTimeWereOverAndKeepsWhatItSaved(@TempDir Path other) throws Exception {
        try (Training careful = Training.script(other, CAREFUL)) {
            careful.put("s3://work/m", "{\"a\":1}\n".repeat(100_000));
            Map<String, Object> job = careful.train(tagged("max-runtime-exceeded"));
            assertEquals("Stopped MaxRuntimeExceeded", job.get("TrainingJobStatus") + " " + job.get("SecondaryStatus"));
            assertEquals(List.of("Starting", "Training", "Stopping", "MaxRuntimeExceeded"), steps(job));
            assertEquals(Map.of("m", "cut\n"), careful.archive("s3://work/models/max-runtime-exceeded/output/model.tar.gz"));
        }
    }

    private static List<Object> steps(Map<String, Object> job) {
        return list(job.get("SecondaryStatusTransitions")).stream().map(step -> object(step).get("Status")).toList();
    }

    @Test
    void listsInPagesThatNewJobsDoNotShift() throws Exception {
        for (String name : List.of("j-1", "j-2", "j-3")) {
            cloud.train(good(name));
        }
        Map<String, Object> newest = map("SortOrder", "Descending", "MaxResults", 2L);
        Map<String, Object> page = cloud.service.call("ListTrainingJobs", newest);
        assertEquals(List.of("j-3", "j-2"), names(page));
        cloud.train(good("j-4"));
        newest.put("NextToken", page.get("NextToken"));
        assertEquals(List.of("j-1"), names(cloud.service.call("ListTrainingJobs", newest)));
    }

    @Test
    void aPageGoesOnWhenTheLastOfTheOneBeforeNoLongerFits() throws Exception {
        cloud.service.call("CreateModelPackageGroup", map("ModelPackageGroupName", "cars"));
        List<Object> arns = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            arns.add(cloud.service.call("CreateModelPackage", map("ModelPackageGroupName", "cars")).get("ModelPackageArn"));
        }
        Map<String, Object> pending = map("ModelApprovalStatus", "PendingManualApproval", "SortOrder", "Ascending", "MaxResults", 2L);
        Map<String, Object> page = cloud.service.call("ListModelPackages", pending);
        assertEquals(2, list(page.get("ModelPackageSummaryList")).size());
        cloud.service.call("UpdateModelPackage", map("ModelPackageArn", arns.get(1), "ModelApprovalStatus", "Approved"));
        pending.put("NextToken", page.get("NextToken"));
        assertEquals(List.of(arns.get(2)), list(cloud.service.call("ListModelPackages", pending).get("ModelPackageSummaryList")).stream()
                .map(version -> object(version).get("ModelPackageArn")).toList());
    }

    /** Nothing of a job that could not be kept is there: it is not listed, its name is free, and nobody waits for its end. */
    @Test
    void aJobThatCannotBeKeptWasNeverMade() throws Exception {
        Map<String, Object> request = good("kept");
        request.put("Tags", List.of(map("Key", "a", "Value", "1")));
        Path inTheWay = folder.resolve("sagemaker/tags.json.next");
        Files.createDirectories(inTheWay);
        assertThrows(UncheckedIOException.class, () -> cloud.service.call("CreateTrainingJob", request));
        assertEquals(List.of(), names(cloud.service.call("ListTrainingJobs", Map.of())));
        assertFalse(Files.exists(cloud.service.trainingFolder("kept")));
        assertThrows(AwsError.class, () -> cloud.service.awaitTrainingJob("kept"));
        Files.delete(inTheWay);
        assertEquals("Completed", cloud.train(request).get("TrainingJobStatus"));
    }

    @Test
    void refusesVariablesThatDecideWhatRunsOnThisMachine() {
        for (String name : List.of("LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "PYTHONPATH", "BASH_ENV",
                "NODE_OPTIONS", "TRUEPIPE_ROOT")) {
            String message = refusal(request -> request.put("Environment", map(name, "x")));
            assertTrue(message.contains("Environment." + name + ",") && message.contains("set it under the algorithm's environment in emulator.yaml"), message);
        }
    }

    @Test
    void refusesListsItCannotMakeSenseOf() {
        for (Map<String, Object> request : List.of(map("SortBy", "Size"), map("SortOrder", "Up"), map("StatusEquals", "Done"), map("MaxResults", 101L),
                map("NextToken", "2"), map("NextToken", "&"), map("NameContains", "a_b"), map("CreationTimeAfter", "yesterday"))) {
            assertEquals("ValidationException", assertThrows(AwsError.class, () -> cloud.service.call("ListTrainingJobs", request), request::toString).code());
        }
    }

    @Test
    void keepsTagsOverARestartAndRefusesMoreThan50() throws Exception {
        Map<String, Object> request = good("tagged");
        request.put("Tags", List.of(map("Key", "a", "Value", "1")));
        String arn = (String) cloud.train(request).get("TrainingJobArn");
        cloud.service.call("AddTags", map("ResourceArn", arn, "Tags", List.of(map("Key", "b", "Value", ""), map("Key", "a", "Value", "2"))));
        cloud.service.call("DeleteTags", map("ResourceArn", arn, "TagKeys", List.of("b", "nobody")));
        cloud.service.close();
        try (Training again = Training.script(folder, "exit 0")) {
            assertEquals(List.of(map("Key", "a", "Value", "2")), again.service.call("ListTags", map("ResourceArn", arn)).get("Tags"));
            List<Object> many = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                many.add(map("Key", "k" + i, "Value", "v"));
            }
            assertTrue(assertThrows(AwsError.class, () -> again.service.call("AddTags", map("ResourceArn", arn, "Tags", many))).getMessage().contains("50"));
            assertEquals("Requested resource not found.",
                    assertThrows(AwsError.class, () -> again.service.call("ListTags", map("ResourceArn", arn + "x"))).getMessage());
        }
    }

    @Test
    void listsJobsInPages() throws Exception {
        for (String name : List.of("b-1", "a-1", "b-2")) {
            cloud.train(good(name));
        }
        Map<String, Object> page = cloud.service.call("ListTrainingJobs", map("SortBy", "Name", "MaxResults", 2L));
        assertEquals(List.of("a-1", "b-1"), names(page));
        Map<String, Object> rest = cloud.service.call("ListTrainingJobs", map("SortBy", "Name", "MaxResults", 2L, "NextToken", page.get("NextToken")));
        assertEquals(List.of("b-2"), names(rest));
        assertFalse(rest.containsKey("NextToken"));
        assertEquals(List.of("b-2", "b-1"), names(cloud.service.call("ListTrainingJobs", map("NameContains", "b-", "SortOrder", "Descending"))));
        assertEquals(List.of(), names(cloud.service.call("ListTrainingJobs", map("StatusEquals", "Failed"))));
    }

    private static List<Object> names(Map<String, Object> page) {
        return list(page.get("TrainingJobSummaries")).stream().map(job -> object(job).get("TrainingJobName")).toList();
    }

    @Test
    void keepsTagsOfAJob() throws Exception {
        Map<String, Object> request = good("tagged");
        request.put("Tags", List.of(map("Key", "a", "Value", "1")));
        Object arn = cloud.train(request).get("TrainingJobArn");
        cloud.service.call("AddTags", map("ResourceArn", arn, "Tags", List.of(map("Key", "b", "Value", "2"), map("Key", "a", "Value", "3"))));
        assertEquals(List.of(map("Key", "a", "Value", "3"), map("Key", "b", "Value", "2")), cloud.service.call("ListTags", map("ResourceArn", arn)).get("Tags"));
    }

    @Test
    void numbersModelPackagesInTheirGroupAndKeepsThemOverARestart() throws Exception {
        AwsError missing = assertThrows(AwsError.class, () -> cloud.service.call("CreateModelPackage", map("ModelPackageGroupName", "cars")));
        assertTrue(missing.getMessage().endsWith("model-package-group/cars does not exist."), missing.getMessage());
        assertThrows(AwsError.class, () -> cloud.service.call("CreateModelPackage", map("ModelPackageName", "alone")));
        cloud.service.call("CreateModelPackageGroup", map("ModelPackageGroupName", "cars"));
        AwsError twice = assertThrows(AwsError.class, () -> cloud.service.call("CreateModelPackageGroup", map("ModelPackageGroupName", "cars")));
        assertTrue(twice.getMessage().startsWith("Model Package Group already exists: arn:aws:sagemaker:"), twice.getMessage());
        Map<String, Object> version = map("ModelPackageGroupName", "cars", "InferenceSpecification",
                map("Containers", List.of(map("Image", Training.IMAGE, "ModelDataUrl", "s3://work/model.tar.gz")), "SupportedContentTypes", List.of("image/jpeg"),
                        "SupportedResponseMIMETypes", List.of("application/json")));
        Object first = cloud.service.call("CreateModelPackage", version).get("ModelPackageArn");
        assertEquals("arn:aws:sagemaker:us-east-1:000000000000:model-package/cars/1", first);
        cloud.service.call("CreateModelPackage", version);
        cloud.service.call("UpdateModelPackage", map("ModelPackageArn", first, "ModelApprovalStatus", "Approved"));
        try (Training again = Training.script(folder, "exit 0")) {
            Map<String, Object> described = again.service.call("DescribeModelPackage", map("ModelPackageName", first));
            assertEquals("Approved", described.get("ModelApprovalStatus"));
            assertEquals(version.get("InferenceSpecification"), described.get("InferenceSpecification"));
            List<Object> newestFirst = list(again.service.call("ListModelPackages", map("ModelPackageGroupName", "cars")).get("ModelPackageSummaryList"));
            assertEquals(List.of(2L, 1L), newestFirst.stream().map(summary -> object(summary).get("ModelPackageVersion")).toList());
            assertEquals("arn:aws:sagemaker:us-east-1:000000000000:model-package/cars/3", again.service.call("CreateModelPackage", version).get("ModelPackageArn"));
        }
    }

    @Test
    void speaksAsTheJavaSdkExpects() throws Exception {
        AwsEndpoint endpoint = new AwsEndpoint(problem -> { throw new AssertionError(problem); });
        endpoint.add(cloud.service);
        try (EmbeddedS3 s3 = Served.with(endpoint, folder.resolve("s3"))) {
            try (SageMakerClient client = SageMakerClient.builder()
                    .endpointOverride(s3.endpoint())
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build()) {
                assertEquals("arn:aws:sagemaker:us-east-1:000000000000:training-job/sdk", create(client, "sdk").trainingJobArn());
                DescribeTrainingJobResponse job = client.waiter()
                        .waitUntilTrainingJobCompletedOrStopped(wait -> wait.trainingJobName("sdk"), override -> override.waitTimeout(Duration.ofSeconds(30))
                                .backoffStrategyV2(software.amazon.awssdk.retries.api.BackoffStrategy.fixedDelay(Duration.ofMillis(50))))
                        .matched().response().orElseThrow();
                assertEquals(TrainingJobStatus.COMPLETED, job.trainingJobStatus());
                assertEquals(SecondaryStatus.COMPLETED, job.secondaryStatus());
                assertEquals(List.of("a"), job.inputDataConfig().getFirst().dataSource().s3DataSource().attributeNames());
                assertFalse(job.creationTime().isAfter(job.trainingEndTime()));
                assertTrue(Duration.between(job.creationTime(), java.time.Instant.now()).toMinutes() < 5, () -> job.creationTime().toString());
                assertTrue(job.billableTimeInSeconds() >= 1, () -> "billed " + job.billableTimeInSeconds() + " s");
                assertEquals(job.trainingTimeInSeconds(), job.billableTimeInSeconds());

                assertThrows(ResourceInUseException.class, () -> create(client, "sdk"));
                cloud.service.provoke(TrainingFault.RESOURCE_LIMIT_EXCEEDED, 1);
                assertThrows(ResourceLimitExceededException.class, () -> create(client, "limited"));
                SageMakerException missing = assertThrows(SageMakerException.class, () -> client.describeTrainingJob(ask -> ask.trainingJobName("limited")));
                assertEquals("ValidationException", missing.awsErrorDetails().errorCode());
                assertEquals(1, client.listTrainingJobs().trainingJobSummaries().size());

                client.createModelPackageGroup(group -> group.modelPackageGroupName("cars"));
                String arn = client.createModelPackage(version -> version.modelPackageGroupName("cars").modelApprovalStatus(ModelApprovalStatus.APPROVED)).modelPackageArn();
                assertEquals(ModelApprovalStatus.APPROVED, client.describeModelPackage(ask -> ask.modelPackageName(arn)).modelApprovalStatus());

                assertThrows(ResourceNotFoundException.class, () -> client.describeLabelingJob(ask -> ask.labelingJobName("cars")));
                cloud.service.registerLabelingJob("cars", "Completed", S3Uri.parse("s3://labels/cars/manifests/output/output.manifest"), Map.of("TotalLabeled", 7L));
                assertEquals(7, client.describeLabelingJob(ask -> ask.labelingJobName("cars")).labelCounters().totalLabeled());
                assertEquals("s3://labels/", client.describeLabelingJob(ask -> ask.labelingJobName("cars")).outputConfig().s3OutputPath());
            }
        }
    }

    private static software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobResponse create(SageMakerClient client, String name) {
        return client.createTrainingJob(job -> job.trainingJobName(name)
                .roleArn("arn:aws:iam::000000000000:role/training")
                .algorithmSpecification(algorithm -> algorithm.trainingImage(Training.IMAGE).trainingInputMode(TrainingInputMode.PIPE))
                .inputDataConfig(List.of(Channel.builder().channelName("train").shuffleConfig(shuffle -> shuffle.seed(1L)).dataSource(source -> source.s3DataSource(
                        s3 -> s3.s3DataType("AugmentedManifestFile").s3Uri("s3://work/m").attributeNames("a"))).build()))
                .outputDataConfig(output -> output.s3OutputPath("s3://work/models"))
                .resourceConfig(resources -> resources.instanceType("ml.g5.2xlarge").instanceCount(1).volumeSizeInGB(1))
                .stoppingCondition(stop -> stop.maxRuntimeInSeconds(60)));
    }
}
