package dev.truepipe.emulator.api;

import java.util.List;
import java.util.Map;

/**
 * Calls of AWS JSON as IAM sees them.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html">Actions, resources, and condition keys</a>
 */
final class JsonActions {
    private JsonActions() {}

    /**
     * What a call needs. One whose resource is not known here is said to be about everything, which no narrow policy allows.
     *
     * @param target {@code X-Amz-Target}
     */
    static List<AwsCall> of(String caller, String target, Map<String, Object> request) {
        int dot = target.lastIndexOf('.');
        String operation = target.substring(dot + 1);
        return switch (dot < 0 ? target : target.substring(0, dot)) {
            case "AWSStepFunctions" -> List.of(new AwsCall(caller, "states:" + operation, named(request, "", "stateMachineArn", "executionArn")));
            case "SageMaker" -> List.of(new AwsCall(caller, "sagemaker:" + operation, sageMaker(request)));
            case "AmazonSSM" -> List.of(new AwsCall(caller, "ssm:" + operation, named(request, "arn:aws:ssm:" + Arns.REGION + ":" + Arns.ACCOUNT + ":parameter", "Name")));
            // A policy's resource for what is done to a log group ends in ":*".
            case "Logs_20140328" -> List.of(new AwsCall(caller, "logs:" + operation,
                    named(request, "arn:aws:logs:" + Arns.REGION + ":" + Arns.ACCOUNT + ":log-group:", "logGroupName") + ":"));
            default -> List.of(new AwsCall(caller, target, "*"));
        };
    }

    private static String sageMaker(Map<String, Object> request) {
        if (request.get("LabelingJobName") instanceof String job) {
            return Arns.labelingJob(job);
        }
        return request.get("TrainingJobName") instanceof String job ? Arns.trainingJob(job) : "*";
    }

    private static String named(Map<String, Object> request, String before, String... fields) {
        for (String field : fields) {
            if (request.get(field) instanceof String name) {
                return before + name;
            }
        }
        return "*";
    }
}
