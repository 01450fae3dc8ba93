package dev.truepipe.workload;

/**
 * Where a deployed stack writes its names down, so that {@code truepipe trigger} finds them: SSM parameters
 * {@code /truepipe/<stack>/<name>}.
 */
public enum Parameters {
    /** URL of the queue of arrivals. */
    QUEUE_URL("queue-url"),
    STATE_MACHINE_ARN("state-machine-arn"),
    WORK_BUCKET("work-bucket");

    private final String parameter;

    Parameters(String parameter) {
        this.parameter = parameter;
    }

    /** Full name of the parameter. @param stack name of the CloudFormation stack, {@code Truepipe} unless chosen otherwise */
    public String of(String stack) {
        return "/truepipe/" + stack + "/" + parameter;
    }
}
