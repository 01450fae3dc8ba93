package dev.truepipe.run;

/**
 * Pages of the AWS console.
 *
 * @param partition {@code aws}, {@code aws-cn}, {@code aws-us-gov}, …
 * @param region such as {@code eu-west-1}
 * @param account 12 digits
 */
public record Console(String partition, String region, String account) {
    /** The account of clouds that run on one machine: no console knows it, and nothing there is rented or billed. */
    private static final String NOBODY = "000000000000";

    /** The console in which an ARN is at home. */
    static Console of(String arn) {
        String[] parts = arn.split(":", 6);
        return parts.length == 6 ? new Console(parts[1], parts[3], parts[4]) : new Console("aws", "us-east-1", "");
    }

    /** Whether there is such a console: not for a cloud on somebody's own machine, of which pages are left out. */
    boolean exists() {
        return !account.equals(NOBODY);
    }

    /** What follows the region and a dot in the host's name. A partition that we do not know has that of {@code aws}. */
    public static String domain(String partition) {
        return switch (partition) {
            case "aws-cn" -> "console.amazonaws.cn";
            case "aws-us-gov" -> "console.amazonaws-us-gov.com";
            default -> "console.aws.amazon.com";
        };
    }

    private String host() {
        return region + "." + domain(partition);
    }

    /** The page of an execution, or its ARN where no console knows it. */
    static String place(String execution) {
        Console console = of(execution);
        return console.exists() ? console.execution(execution) : execution;
    }

    String execution(String arn) {
        return "https://" + host() + "/states/home?region=" + region + "#/v2/executions/details/" + arn;
    }

    String trainingJob(String name) {
        return "https://" + host() + "/sagemaker/home?region=" + region + "#/jobs/" + name;
    }

    /** The job's log streams. The console wants the group's slashes escaped twice. */
    String trainingLog(String name) {
        return "https://" + host() + "/cloudwatch/home?region=" + region
                + "#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3D" + name;
    }

    String object(String bucket, String key) {
        return "https://" + host() + "/s3/object/" + bucket + "?region=" + region + "&prefix=" + key;
    }
}
