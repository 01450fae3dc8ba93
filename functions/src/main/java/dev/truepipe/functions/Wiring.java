package dev.truepipe.functions;

import dev.truepipe.run.Executions;
import dev.truepipe.run.LiveModel;
import dev.truepipe.run.MetricLog;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.ExecutionDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * Puts handlers together from the environment. Endpoint, region and credentials are the SDK's business; it reads them
 * from the environment too.
 */
final class Wiring {
    private final Map<String, String> environment;

    Wiring(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @throws IllegalStateException if the variable is not set; the message names it */
    String required(String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("environment variable " + name + " is not set. The stack sets it on every function that"
                    + " needs it: deploy the stack again, or set it by hand when you run a function yourself");
        }
        return value;
    }

    /** For what only some deployments have. */
    String orNull(String name) {
        return environment.get(name);
    }

    String region() {
        return required("AWS_REGION");
    }

    ObjectStore store() {
        return new S3ObjectStore(S3ObjectStore.clientBuilder().build());
    }

    /** Reads the compiled settings; the place of the stack's own label bucket is filled in. */
    Settings settings(ObjectStore store) {
        S3Uri uri = S3Uri.parse(required(Workload.SETTINGS));
        byte[] json;
        try (InputStream in = store.open(uri, null, null)) {
            json = in.readAllBytes();
        } catch (IOException e) {
            throw new StorageFailedException(e);
        }
        Settings settings;
        try {
            settings = Settings.fromJson(json);
        } catch (IOException e) {
            throw new IllegalStateException(uri + " is not the compiled settings: " + e.getMessage(), e);
        }
        return settings.usesGeneratedBucket() ? settings.withLabelBucket(required(Workload.LABEL_BUCKET_NAME)) : settings;
    }

    /** The settings, read when first asked for: a snapshot is taken before, without credentials. */
    Supplier<Settings> settingsSupplier(ObjectStore store) {
        required(Workload.SETTINGS);
        AtomicReference<Settings> read = new AtomicReference<>();
        return () -> {
            if (read.get() == null) {
                read.set(settings(store));
            }
            return read.get();
        };
    }

    MetricLog trainingJobLog() {
        return new TrainingJobLog(() ->
                CloudWatchLogsClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build());
    }

    LiveModel liveModel() {
        return new ParameterLiveModel(required(Workload.STACK_NAME), () ->
                ssm());
    }

    private static SsmClient ssm() {
        return SsmClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();
    }

    LabelStudioWebhook.Secrets secrets() {
        return new ParameterSecrets(Wiring::ssm, clock());
    }

    LabelStudioWebhook.ArrivalSender arrivals() {
        String queue = required(Workload.QUEUE);
        SqsClient sqs = SqsClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();
        AtomicReference<String> url = new AtomicReference<>();
        return message -> {
            if (url.get() == null) {
                url.set(sqs.getQueueUrl(request -> request.queueName(queue)).queueUrl());
            }
            sqs.sendMessage(request -> request.queueUrl(url.get()).messageBody(message));
        };
    }

    LabelingJobs labelingJobs() {
        SageMakerClient sageMaker =
                SageMakerClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();
        return new SageMakerLabelingJobs(sageMaker);
    }

    ExecutionStarter starter() {
        String stateMachine = required(Workload.STATE_MACHINE);
        SfnClient stepFunctions = stepFunctions();
        return (name, input) -> {
            try {
                stepFunctions.startExecution(
                        request -> request.stateMachineArn(stateMachine).name(name).input(input));
                return true;
            } catch (ExecutionAlreadyExistsException e) {
                return false;
            }
        };
    }

    Executions executions() {
        SfnClient stepFunctions = stepFunctions();
        return arn -> {
            try {
                DescribeExecutionResponse execution = stepFunctions.describeExecution(request -> request.executionArn(arn));
                return switch (execution.status()) {
                    case RUNNING, PENDING_REDRIVE -> Executions.Status.RUNNING;
                    case SUCCEEDED -> Executions.Status.SUCCEEDED;
                    case FAILED, TIMED_OUT, ABORTED, UNKNOWN_TO_SDK_VERSION -> Executions.Status.ENDED_OTHERWISE;
                };
            } catch (ExecutionDoesNotExistException e) {
                return Executions.Status.ENDED_OTHERWISE;
            } catch (SfnException e) {
                throw new IOException("cannot see how " + arn + " ended: " + e.getMessage(), e);
            }
        };
    }

    private static SfnClient stepFunctions() {
        return SfnClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();
    }

    Clock clock() {
        return Clock.systemUTC();
    }
}
