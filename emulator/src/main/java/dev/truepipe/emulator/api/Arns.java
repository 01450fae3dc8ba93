package dev.truepipe.emulator.api;

import java.util.Locale;
import java.util.Map;

/** Names of the embedded cloud's resources. Account {@value #ACCOUNT}, Region {@value #REGION}, always. */
public final class Arns {
    public static final String REGION = "us-east-1";
    public static final String ACCOUNT = "000000000000";

    /** The alias that states and queues invoke; there is one version of each function, so it names it too. */
    public static final String ALIAS = "live";

    private Arns() {}

    /** A function's alias, which is what may be invoked. */
    public static String function(String name) {
        return arn("lambda", "function:" + name + ":" + ALIAS);
    }

    public static String queue(String name) {
        return arn("sqs", name);
    }

    public static String topic(String name) {
        return arn("sns", name);
    }

    public static String stateMachine(String name) {
        return arn("states", "stateMachine:" + name);
    }

    public static String trainingJob(String name) {
        return arn("sagemaker", "training-job/" + name);
    }

    public static String labelingJob(String name) {
        return arn("sagemaker", "labeling-job/" + name);
    }

    public static String modelPackageGroup(String name) {
        return arn("sagemaker", "model-package-group/" + name.toLowerCase(Locale.ROOT));
    }

    public static String modelPackage(String group, long version) {
        return arn("sagemaker", "model-package/" + group.toLowerCase(Locale.ROOT) + "/" + version);
    }

    /**
     * What a request to SageMaker is about, by the name it gives: a labeling job, a group of model packages, a training job. Everything
     * ({@code *}) if it gives none of them.
     */
    public static String inSageMaker(Map<String, Object> request) {
        if (request.get("LabelingJobName") instanceof String job) {
            return labelingJob(job);
        }
        if (request.get("ModelPackageGroupName") instanceof String group) {
            return modelPackageGroup(group);
        }
        return request.get("TrainingJobName") instanceof String job ? trainingJob(job) : "*";
    }

    /** @param name beginning with a slash */
    public static String parameter(String name) {
        return arn("ssm", "parameter" + name);
    }

    /** What stands in a log group; a policy's ends in an asterisk. @param rest after the group's name and a colon */
    public static String inLogGroup(String group, String rest) {
        return arn("logs", "log-group:" + group + ":" + rest);
    }

    public static String rule(String name) {
        return arn("events", "rule/" + name);
    }

    /** A key; nothing is encrypted here, but requests may name one. */
    public static String key(String id) {
        return arn("kms", "key/" + id);
    }

    /** A role; nobody checks it here, but requests must name one. */
    public static String role(String name) {
        return "arn:aws:iam::" + ACCOUNT + ":role/" + name;
    }

    /**
     * The name at the end of an ARN of a function, queue, topic or state machine. A name given instead of an ARN is
     * returned as it is, as Lambda accepts it; version or alias is dropped.
     */
    public static String name(String arnOrName) {
        if (!arnOrName.startsWith("arn:")) {
            int colon = arnOrName.indexOf(':');
            return colon < 0 ? arnOrName : arnOrName.substring(0, colon);
        }
        String[] parts = arnOrName.split(":");
        if (parts.length < 6) {
            throw new IllegalArgumentException("not an ARN: \"" + arnOrName + "\"");
        }
        return parts.length > 6 ? parts[6] : parts[5];
    }

    private static String arn(String service, String resource) {
        return "arn:aws:" + service + ":" + REGION + ":" + ACCOUNT + ":" + resource;
    }
}
