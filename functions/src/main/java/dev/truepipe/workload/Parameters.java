package dev.truepipe.workload;

/**
 * Where a deployed stack writes its names down, so that {@code truepipe trigger} and {@code promote} find them: SSM parameters
 * {@code /truepipe/<stack>/<name>}. Beside them lies, for each dataset that has a champion, {@code /truepipe/<stack>/<dataset>/champion}:
 * the S3 URI of the live model.
 */
public enum Parameters {
    /** URL of the queue of arrivals. */
    QUEUE_URL("queue-url"),
    STATE_MACHINE_ARN("state-machine-arn"),
    WORK_BUCKET("work-bucket");

    static final String PREFIX = "/truepipe/";
    static final String CHAMPION = "/champion";

    private final String parameter;

    Parameters(String parameter) {
        this.parameter = parameter;
    }

    /** Full name of the parameter. @param stack name of the CloudFormation stack, {@code Truepipe} unless chosen otherwise */
    public String of(String stack) {
        return PREFIX + stack + "/" + parameter;
    }

    /** Full name of the parameter that holds the champion's {@code model.tar.gz}; not there before the first promotion. */
    public static String champion(String stack, String dataset) {
        return PREFIX + stack + "/" + dataset + CHAMPION;
    }
}
