package dev.truepipe.cli;

import dev.truepipe.workload.Messages;
import dev.truepipe.workload.Parameters;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/** {@code truepipe trigger}: puts an arrival into the queue of a deployed stack. */
@Command(
        name = "trigger",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Starts a run of a deployed dataset by hand, in the cloud that the environment names (AWS_REGION, AWS_PROFILE,"
                + " AWS_ENDPOINT_URL …): to repeat a failed run, or to look at labels that sent no event.",
        footer = {"", "Exit codes: 0 the arrival is in the queue · 2 wrong usage, no such stack, or the cloud cannot be reached"})
final class TriggerCommand implements Callable<Integer> {
    @picocli.CommandLine.Parameters(paramLabel = "DATASET", description = "name of the dataset, as in truepipe.yaml")
    private String dataset;

    @Option(names = "--force", description = "train again even if these very labels and settings were trained on already")
    private boolean force;

    @Option(names = "--stack", paramLabel = "NAME", defaultValue = "Truepipe", description = "name of the stack (default: ${DEFAULT-VALUE})")
    private String stack;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput {
        String id = UUID.randomUUID().toString();
        try (SqsClient queue = SqsClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build()) {
            String url = new DeployedStack(stack).ask(Parameters.QUEUE_URL);
            queue.sendMessage(message -> message.queueUrl(url).messageBody(Messages.trigger(dataset, id, force)));
        } catch (SdkException e) {
            throw new UnreadableInput(
                    "stack " + stack,
                    "the cloud did not take the arrival: " + e.getMessage(),
                    "check AWS_REGION and your credentials, and that you may call ssm:GetParameter and sqs:SendMessage");
        }
        spec.commandLine().getOut().println("An arrival of " + dataset + " is in the queue of stack " + stack + " (id " + id + ")."
                + (force ? " It trains even if nothing changed." : " It trains if something changed since the last run that succeeded."));
        return 0;
    }
}
