package dev.truepipe.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.lambda.EmbeddedLambda;
import dev.truepipe.emulator.logs.LogStore;
import dev.truepipe.emulator.sagemaker.SageMakerService;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.sagemaker.TrainingFault;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.StateMachine;
import dev.truepipe.emulator.states.StepFunctionsService;
import dev.truepipe.json.Json;
import dev.truepipe.storage.InMemoryObjectStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results and error names of the calls that Task states make, seen by a state machine of one Task. */
class WorkflowTasksTest {
    private static final String IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/toy:1";

    @TempDir
    Path folder;

    private EmbeddedLambda lambda;
    private SageMakerService sageMaker;
    private Topics topics;
    private int runs;

    @BeforeEach
    void start() throws Exception {
        LogStore logs = new LogStore(folder.resolve("logs"), Clock.systemUTC());
        lambda = new EmbeddedLambda(folder, List.of(), List.of(), Map.of(), Duration.ofSeconds(1), logs);
        topics = new Topics(folder.resolve("topics"), Set.of("news"), Clock.systemUTC());
        sageMaker = new SageMakerService(new SageMakerService.Setup(
                folder,
                new InMemoryObjectStore(),
                logs,
                List.of(TrainingAlgorithm.forImage(IMAGE, List.of("true"), Map.of(), List.of())),
                Map.of("PATH", "/usr/bin:/bin"),
                Duration.ofSeconds(1),
                Clock.systemUTC()));
    }

    @AfterEach
    void stop() {
        sageMaker.close();
        lambda.close();
    }

    @Test
    void argumentsThatWouldBeIgnoredAreRefused() throws Exception {
        ExecutionRecord invoked = run("lambda:invoke", Map.of("FunctionName", "F", "Payload", 1L, "InvocationType", "Event"));
        assertEquals("States.Runtime", invoked.error());
        assertTrue(invoked.cause().contains("InvocationType"), invoked.cause());
        ExecutionRecord published = run("sns:publish", Map.of("TopicArn", Arns.topic("news"), "Message", "x", "MessageGroupId", "g"));
        assertEquals("States.Runtime", published.error());
        assertTrue(published.cause().contains("MessageGroupId"), published.cause());
        assertEquals(List.of(), topics.messages("news"));
    }

    @Test
    void anUnknownFunctionHasLambdasName() throws Exception {
        assertEquals("Lambda.ResourceNotFoundException", run("lambda:invoke", Map.of("FunctionName", "Nobody", "Payload", 1L)).error());
    }

    @Test
    void publishesTextAsItIsAndValuesAsJson() throws Exception {
        ExecutionRecord told = run("sns:publish", Map.of("TopicArn", Arns.topic("news"), "Subject", "Hello", "Message", "text"));
        assertEquals("SUCCEEDED", told.status());
        run("sns:publish", Map.of("TopicArn", Arns.topic("news"), "Message", Map.of("a", 1L)));
        assertEquals(List.of("text", "{\"a\":1}"), topics.messages("news").stream().map(Topics.Message::text).toList());
        assertEquals(topics.messages("news").getFirst().id(), Json.object(told.output()).get("MessageId"));
        assertEquals("SNS.NotFoundException", run("sns:publish", Map.of("TopicArn", Arns.topic("olds"), "Message", "x")).error());
        assertEquals(
                "SNS.InvalidParameterException",
                run("sns:publish", Map.of("TopicArn", Arns.topic("news"), "Message", "x", "Subject", "two\nlines")).error());
    }

    @Test
    void aQuotaHasANameOfItsOwnAndOtherRefusalsShareOne() throws Exception {
        sageMaker.provoke(TrainingFault.RESOURCE_LIMIT_EXCEEDED, 1);
        ExecutionRecord limited = run("sagemaker:createTrainingJob.sync", job("limited"));
        assertEquals("SageMaker.ResourceLimitExceededException", limited.error());
        assertTrue(limited.cause().contains("service limit") && limited.cause().contains("Error Code: ResourceLimitExceeded"), limited.cause());
        sageMaker.provoke(TrainingFault.THROTTLED, 1);
        assertEquals("SageMaker.AmazonSageMakerException", run("sagemaker:createTrainingJob.sync", job("throttled")).error());
        sageMaker.provoke(TrainingFault.MAX_WAIT_TIME_EXCEEDED, 1);
        run("sagemaker:createTrainingJob.sync", job("twice"));
        ExecutionRecord again = run("sagemaker:createTrainingJob.sync", job("twice"));
        assertEquals("SageMaker.AmazonSageMakerException", again.error());
        assertTrue(again.cause().contains("ResourceInUse"), again.cause());
    }

    @Test
    void aFailedJobIsAFailedTaskWhoseCauseIsItsDescription() throws Exception {
        sageMaker.provoke(TrainingFault.CAPACITY_ERROR, 1);
        ExecutionRecord failed = run("sagemaker:createTrainingJob.sync", job("failed"));
        assertEquals("States.TaskFailed", failed.error());
        Map<String, Object> description = Json.object(Json.parse(failed.cause()));
        assertEquals("failed", description.get("TrainingJobName"));
        assertTrue(((String) description.get("FailureReason")).startsWith("CapacityError"), failed.cause());
    }

    @Test
    void aStoppedJobIsNoFailure() throws Exception {
        sageMaker.provoke(TrainingFault.MAX_WAIT_TIME_EXCEEDED, 1);
        ExecutionRecord stopped = run("sagemaker:createTrainingJob.sync", job("stopped"));
        assertEquals("SUCCEEDED", stopped.status(), stopped.cause());
        assertEquals("Stopped", Json.object(stopped.output()).get("TrainingJobStatus"));
        assertEquals("MaxWaitTimeExceeded", Json.object(stopped.output()).get("SecondaryStatus"));
    }

    @Test
    void aJobIsTaggedAsStepFunctionsTagsIt() throws Exception {
        sageMaker.provoke(TrainingFault.MAX_WAIT_TIME_EXCEEDED, 1);
        run("sagemaker:createTrainingJob.sync", job("tagged"));
        assertEquals(
                List.of(Map.of("Key", "MANAGED_BY_AWS", "Value", "STARTED_BY_STEP_FUNCTIONS")),
                sageMaker.call("ListTags", Map.of("ResourceArn", Arns.trainingJob("tagged"))).get("Tags"));
    }

    @Test
    void errorsOfSdkIntegrationsAreNamedForTheExceptionOrElseTheService() throws Exception {
        ExecutionRecord missing = run("aws-sdk:sagemaker:describeTrainingJob", Map.of("TrainingJobName", "nobody"));
        assertEquals("SageMaker.SageMakerException", missing.error());
        assertTrue(missing.cause().contains("Requested resource not found"), missing.cause());
        ExecutionRecord described;
        sageMaker.provoke(TrainingFault.MAX_WAIT_TIME_EXCEEDED, 1);
        run("sagemaker:createTrainingJob.sync", job("known"));
        described = run("aws-sdk:sagemaker:describeTrainingJob", Map.of("TrainingJobName", "known"));
        assertEquals("known", Json.object(described.output()).get("TrainingJobName"));
    }

    private static Map<String, Object> job(String name) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("TrainingJobName", name);
        request.put("RoleArn", Arns.role("training"));
        request.put("AlgorithmSpecification", Map.of("TrainingImage", IMAGE, "TrainingInputMode", "Pipe"));
        request.put("InputDataConfig", new ArrayList<>());
        request.put("OutputDataConfig", Map.of("S3OutputPath", "s3://work/models/"));
        request.put("ResourceConfig", Map.of("InstanceType", "ml.g5.2xlarge", "InstanceCount", 1L, "VolumeSizeInGB", 50L));
        request.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 60L));
        return request;
    }

    private ExecutionRecord run(String resource, Map<String, Object> arguments) throws Exception {
        Map<String, Object> task = new LinkedHashMap<>();
        task.put("Type", "Task");
        task.put("Resource", "arn:aws:states:::" + resource);
        task.put("Arguments", arguments);
        task.put("End", true);
        String definition = Json.text(Map.of("QueryLanguage", "JSONata", "StartAt", "Only", "States", Map.of("Only", task)));
        StepFunctionsService.Builder builder =
                StepFunctionsService.builder().machine(StateMachine.load("One", definition, Map.of(), Instant.EPOCH));
        new WorkflowTasks(lambda, topics, sageMaker, _ -> {}).register(builder);
        try (StepFunctionsService service = builder.build()) {
            String arn = (String) service.call("StartExecution", Map.of("stateMachineArn", Arns.stateMachine("One"), "name", "run-" + runs++, "input", "{}")).get("executionArn");
            return service.await(arn, Duration.ofSeconds(30));
        }
    }
}
