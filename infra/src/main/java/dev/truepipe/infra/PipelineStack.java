package dev.truepipe.infra;

import dev.truepipe.run.Console;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.Settings;
import dev.truepipe.workload.Parameters;
import dev.truepipe.workload.Source;
import dev.truepipe.workload.Value.Resource;
import dev.truepipe.workload.Workload;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.ssm.StringParameter;
import software.constructs.Construct;

/** Composes the whole: everything that {@link Workload} describes, and the places it works on. */
public final class PipelineStack extends Stack {

    PipelineStack(Construct scope, String id, StackProps props, Settings settings, InfraApp.Inputs inputs) {
        this(scope, id, props, settings, Workload.of(settings), inputs);
    }

    /** @param workload what to make, for tests that change it */
    PipelineStack(Construct scope, String id, StackProps props, Settings settings, Workload workload, InfraApp.Inputs inputs) {
        super(scope, id, props);
        List<Source> sources = settings.datasets().stream().map(Source::of).toList();
        Names names = new Names();
        names.put(Resource.PARTITION, getPartition());
        names.put(Resource.REGION, getRegion());
        names.put(Resource.ACCOUNT, getAccount());
        names.put(Resource.CONSOLE_DOMAIN, consoleDomain());
        names.put(Resource.URL_SUFFIX, getUrlSuffix());
        names.put(Resource.STACK, getStackName());
        String machineName = getStackName() + "-retraining";
        names.put(Resource.STATE_MACHINE_NAME, machineName);
        names.put(Resource.STATE_MACHINE_ARN,
                "arn:" + getPartition() + ":states:" + getRegion() + ":" + getAccount() + ":stateMachine:" + machineName);
        String groups = getStackName() + "-";
        names.put(Resource.MODEL_PACKAGE_GROUP_PREFIX, groups);
        names.put(Resource.MODEL_PACKAGE_GROUP_PREFIX_LOWER, groups.toLowerCase(Locale.ROOT));

        SettingsAsset compiled = new SettingsAsset(this, "Settings", settings);
        names.put(Resource.SETTINGS_BUCKET, compiled.bucket());
        names.put(Resource.SETTINGS_KEY, compiled.key());
        names.put(Resource.SETTINGS_URI, "s3://" + compiled.bucket() + "/" + compiled.key());

        Optional<StackKey> key = settings.encryption() == Settings.Encryption.CUSTOMER_KEY ? Optional.of(new StackKey(this, "Encryption")) : Optional.empty();
        key.ifPresent(of -> names.put(Resource.KMS_KEY_ARN, of.arn()));

        WorkBucket work = new WorkBucket(this, "Work", key);
        names.put(Resource.WORK_BUCKET, work.name());

        ArrivalQueue queue = new ArrivalQueue(this, "Arrivals", workload.queue(), key);
        names.put(Resource.QUEUE_ARN, queue.queue().getQueueArn());
        names.put(Resource.QUEUE_NAME, queue.queue().getQueueName());
        names.put(Resource.DEAD_LETTER_QUEUE_NAME, queue.deadLetters().getQueueName());

        UndeliveredQueue undelivered = new UndeliveredQueue(this, "Undelivered", workload.queue().deadLetterRetention(), key);
        names.put(Resource.UNDELIVERED_QUEUE_NAME, undelivered.queue().getQueueName());

        LabelBuckets labels = new LabelBuckets(this, "Labels", new LabelBuckets.Props(sources, queue, workload, key));
        labels.generatedName().ifPresent(name -> names.put(Resource.LABEL_BUCKET, name));

        Announcements announcements = new Announcements(this, "Announcements", settings.notifyEmail(), undelivered, key);
        names.put(Resource.TOPIC_ARN, announcements.topic().getTopicArn());

        TrainingRole trainingRole = new TrainingRole(this, "Training", settings, work, labels.generatedName(), names, key);
        names.put(Resource.TRAINING_ROLE_ARN, trainingRole.arn());

        WorkloadFunctions functions = new WorkloadFunctions(this, "Functions", workload, inputs.jar(), names, key);
        functions.consume(queue, workload.queue());
        RetrainingMachine machine = new RetrainingMachine(this, "Retraining",
                new RetrainingMachine.Props(workload.stateMachine(), machineName, inputs.definition(), names));
        new EventRules(this, "Events", workload.rules(), queue, announcements, undelivered, names);
        new Sweeps(this, "Sweeps", workload.schedules(), queue, undelivered, key);
        new Models(this, "Models", settings.datasets(), groups);
        List<String> datasets = settings.datasets().stream().map(DatasetSettings::name).toList();
        new Operations(this, "Operations", new Operations.Props(
                workload, datasets, names, queue, machine, functions.aliases(), announcements.topic()));

        // For truepipe trigger, which is told the stack's name only.
        parameter("QueueUrl", Parameters.QUEUE_URL, queue.queue().getQueueUrl());
        parameter("StateMachineArn", Parameters.STATE_MACHINE_ARN, machine.arn());
        parameter("WorkBucket", Parameters.WORK_BUCKET, work.name());
        labels.generatedName().ifPresent(name -> CfnOutput.Builder.create(this, "LabelBucketName")
                .description("Where labels arrive: each dataset under its prefix").value(name).build());
        functions.url("LabelStudioWebhook").ifPresent(url -> CfnOutput.Builder.create(this, "LabelStudioWebhookUrl")
                .description("Behind it comes the name of a dataset: what Label Studio calls").value(url).build());
        CfnOutput.Builder.create(this, "WorkBucketName").description("Runs, sealed versions and models").value(work.name()).build();
        CfnOutput.Builder.create(this, "UndeliveredQueueUrl").description("What EventBridge, its Scheduler and SNS gave up on")
                .value(undelivered.queue().getQueueUrl()).build();
        key.ifPresent(of -> CfnOutput.Builder.create(this, "KeyArn").description("Who writes labels or sends arrivals needs leave to use it")
                .value(of.arn()).build());
        CfnOutput.Builder.create(this, "TopicArn").description("Subscribe to hear how runs ended").value(announcements.topic().getTopicArn()).build();
    }

    /** The template is for any partition, so it is CloudFormation that knows. */
    private String consoleDomain() {
        CfnCondition china = partitionIs("InChina", "aws-cn");
        CfnCondition gov = partitionIs("InGovCloud", "aws-us-gov");
        return Fn.conditionIf(china.getLogicalId(), Console.domain("aws-cn"),
                Fn.conditionIf(gov.getLogicalId(), Console.domain("aws-us-gov"), Console.domain("aws"))).toString();
    }

    private CfnCondition partitionIs(String id, String partition) {
        return CfnCondition.Builder.create(this, id).expression(Fn.conditionEquals(Aws.PARTITION, partition)).build();
    }

    private void parameter(String id, Parameters parameter, String value) {
        StringParameter.Builder.create(this, "Parameter" + id).parameterName(parameter.of(getStackName())).stringValue(value).build();
    }
}
