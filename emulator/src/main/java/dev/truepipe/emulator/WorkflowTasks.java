package dev.truepipe.emulator;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsCall;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.lambda.EmbeddedLambda;
import dev.truepipe.emulator.lambda.InvocationResult;
import dev.truepipe.emulator.sagemaker.SageMakerService;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.StepFunctionsService;
import dev.truepipe.emulator.states.TaskCall;
import dev.truepipe.emulator.states.TaskFailed;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * What Task states may call: Lambda, SNS and SageMaker, with results and error names as Step Functions gives them.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html">AWS SDK integrations</a>
 */
final class WorkflowTasks {
    /** Exceptions that SageMaker's API model names; any other comes as the service's own. */
    private static final Set<String> MODELED = Set.of("ConflictException", "ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound");

    private final EmbeddedLambda lambda;
    private final Topics topics;
    private final SageMakerService sageMaker;
    private final Consumer<AwsCall> told;

    /** @param told hears of each call, on any thread, several at a time */
    WorkflowTasks(EmbeddedLambda lambda, Topics topics, SageMakerService sageMaker, Consumer<AwsCall> told) {
        this.lambda = lambda;
        this.topics = topics;
        this.sageMaker = sageMaker;
        this.told = told;
    }

    /** Name of the state machine that an execution, or a child of one of its Maps, is of. */
    static String machine(ExecutionRef execution) {
        String machine = Arns.name(execution.arn());
        int map = machine.indexOf('/');
        return map < 0 ? machine : machine.substring(0, map);
    }

    void register(StepFunctionsService.Builder service) {
        service.task("arn:aws:states:::lambda:invoke", this::invoke);
        service.task("arn:aws:states:::sns:publish", this::publish);
        service.task("arn:aws:states:::sagemaker:createTrainingJob.sync", this::train);
        for (String operation : List.of("describeTrainingJob", "createModelPackage", "stopTrainingJob", "describeLabelingJob")) {
            String target = Character.toUpperCase(operation.charAt(0)) + operation.substring(1);
            service.task("arn:aws:states:::aws-sdk:sagemaker:" + operation, call -> callSageMaker(target, call));
        }
    }

    private void tell(TaskCall call, String action, String resource) {
        told.accept(new AwsCall(machine(call.execution()), action, resource));
    }

    private Object invoke(TaskCall call) throws TaskFailed, InterruptedException {
        only(call, Set.of("FunctionName", "Payload"));
        InvocationResult result;
        String function = text(call, "FunctionName");
        tell(call, "lambda:InvokeFunction", function);
        try {
            result = lambda.invoke(function, Json.text(call.arguments().get("Payload")));
        } catch (EmbeddedLambda.NoSuchFunctionException e) {
            throw new TaskFailed("Lambda.ResourceNotFoundException", e.getMessage());
        } catch (IOException e) {
            throw new TaskFailed("Lambda.ServiceException", e.getMessage());
        }
        Object payload;
        try {
            payload = Json.parse(result.payload());
        } catch (IOException e) {
            throw new TaskFailed("Lambda.Unknown", "the function's answer is not JSON: " + e.getMessage());
        }
        if (result.failed()) {
            String type = payload instanceof Map<?, ?> error && error.get("errorType") instanceof String name ? name : "Lambda.Unknown";
            throw new TaskFailed(type, result.payload());
        }
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("ExecutedVersion", "1");
        response.put("Payload", payload);
        response.put("StatusCode", 200L);
        return response;
    }

    private Object publish(TaskCall call) throws TaskFailed {
        only(call, Set.of("TopicArn", "Message", "Subject"));
        Object message = call.arguments().get("Message");
        String topic = text(call, "TopicArn");
        tell(call, "sns:Publish", topic);
        try {
            String id = topics.publish(
                    topic,
                    (String) call.arguments().get("Subject"),
                    message instanceof String text ? text : Json.text(message));
            return new LinkedHashMap<>(Map.of("MessageId", id));
        } catch (Topics.RefusedException e) {
            throw new TaskFailed("SNS." + e.code() + "Exception", e.getMessage());
        }
    }

    /** Starts a job, waits for its end, and stops it if nobody waits any more. A job that was stopped is no failure. */
    private Object train(TaskCall call) throws TaskFailed, InterruptedException {
        Map<String, Object> request = new LinkedHashMap<>(call.arguments());
        List<Object> tags = new ArrayList<>(request.get("Tags") instanceof List<?> given ? given : List.of());
        tags.add(Map.of("Key", "MANAGED_BY_AWS", "Value", "STARTED_BY_STEP_FUNCTIONS"));
        request.put("Tags", tags);
        tell(call, "sagemaker:CreateTrainingJob", Arns.inSageMaker(call.arguments()));
        tell(call, "sagemaker:AddTags", Arns.inSageMaker(call.arguments()));
        tell(call, "iam:PassRole", String.valueOf(request.get("RoleArn")));
        Map<String, Object> description;
        try {
            sageMaker.call("CreateTrainingJob", request);
            description = sageMaker.awaitTrainingJob(text(call, "TrainingJobName")).get();
        } catch (AwsError e) {
            String name = e.code().equals("ResourceLimitExceeded") ? "ResourceLimitExceededException" : "AmazonSageMakerException";
            throw new TaskFailed("SageMaker." + name, cause("AmazonSageMaker", e));
        } catch (ExecutionException e) {
            throw new TaskFailed("SageMaker.AmazonSageMakerException", String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            tell(call, "sagemaker:StopTrainingJob", Arns.inSageMaker(call.arguments()));
            stop(text(call, "TrainingJobName"));
            throw e;
        }
        if (description.get("TrainingJobStatus").equals("Failed")) {
            throw new TaskFailed("States.TaskFailed", Json.text(description));
        }
        return description;
    }

    private void stop(String job) {
        try {
            sageMaker.call("StopTrainingJob", Map.of("TrainingJobName", job));
        } catch (AwsError e) {
            // As Step Functions does, at best effort: a job that has just ended refuses to be stopped.
            return;
        }
    }

    private Object callSageMaker(String operation, TaskCall call) throws TaskFailed {
        tell(call, "sagemaker:" + operation, Arns.inSageMaker(call.arguments()));
        try {
            Map<String, Object> answer = sageMaker.call(operation, call.arguments());
            if (answer.get("ModelPackageArn") instanceof String made) {
                tell(call, "sagemaker:" + operation, made); // IAM asks for the group and for the package in it
            }
            return answer;
        } catch (AwsError e) {
            String modeled = e.code().endsWith("Exception") ? e.code() : e.code() + "Exception";
            throw new TaskFailed("SageMaker." + (MODELED.contains(e.code()) ? modeled : "SageMakerException"), cause("SageMaker", e));
        }
    }

    private static String cause(String service, AwsError e) {
        return e.getMessage() + " (Service: " + service + ", Status Code: 400, Error Code: " + e.code() + ")";
    }

    private static String text(TaskCall call, String argument) throws TaskFailed {
        if (call.arguments().get(argument) instanceof String text) {
            return text;
        }
        throw new TaskFailed("States.Runtime", call.resource() + ": the argument " + argument + " must be text");
    }

    /** An argument that would be ignored here is refused instead. */
    private static void only(TaskCall call, Set<String> known) throws TaskFailed {
        for (String argument : call.arguments().keySet()) {
            if (!known.contains(argument)) {
                throw new TaskFailed("States.Runtime", call.resource() + ": the embedded cloud does not take the argument " + argument);
            }
        }
    }
}
