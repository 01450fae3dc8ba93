package dev.truepipe.emulator.api;

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
    static AwsCall of(String caller, String target, Map<String, Object> request) {
        int dot = target.lastIndexOf('.');
        String operation = target.substring(dot + 1);
        return switch (dot < 0 ? target : target.substring(0, dot)) {
            case "AWSStepFunctions" -> new AwsCall(caller, "states:" + operation,
                    request.get("stateMachineArn") instanceof String machine ? machine : request.get("executionArn") instanceof String execution ? execution : "*");
            case "SageMaker" -> new AwsCall(caller, "sagemaker:" + operation, Arns.inSageMaker(request));
            case "AmazonSSM" -> new AwsCall(caller, "ssm:" + operation, request.get("Name") instanceof String name ? Arns.parameter(name) : "*");
            case "Logs_20140328" -> new AwsCall(caller, "logs:" + operation, request.get("logGroupName") instanceof String group ? Arns.inLogGroup(group, "") : "*");
            default -> new AwsCall(caller, target, "*");
        };
    }
}
