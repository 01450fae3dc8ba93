package dev.truepipe.cli;

import dev.truepipe.functions.ParameterLiveModel;
import dev.truepipe.functions.S3ObjectStore;
import dev.truepipe.json.Json;
import dev.truepipe.run.Champions;
import dev.truepipe.run.DatasetFolder;
import dev.truepipe.training.Champion;
import dev.truepipe.workload.Parameters;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.ssm.SsmClient;

/** {@code truepipe promote}: puts an earlier model of a deployed dataset back as the champion. */
@Command(
        name = "promote",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Makes a model that was judged before the champion of its dataset again, and the live one: champion.json in the work bucket and the SSM"
                + " parameter /truepipe/STACK/DATASET/champion together, in the cloud that the environment names (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL …)."
                + " The next model is judged against it.",
        footer = {"", "Exit codes: 0 it is the champion · 2 wrong usage, no such stack or model (nothing has changed), or the cloud cannot be reached (say it again)"})
final class PromoteCommand implements Callable<Integer> {
    @picocli.CommandLine.Parameters(index = "0", paramLabel = "DATASET", description = "name of the dataset, as in truepipe.yaml")
    private String dataset;

    @picocli.CommandLine.Parameters(index = "1", paramLabel = "JOB", description = "name of the training job that made the model, as announcements and reports say it")
    private String job;

    @Option(names = "--stack", paramLabel = "NAME", defaultValue = "Truepipe", description = "name of the stack (default: ${DEFAULT-VALUE})")
    private String stack;

    @Option(names = "--json", description = "print one JSON object for programs")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput {
        Champions.Promoted promoted;
        try (SsmClient parameters = DeployedStack.client(); S3Client s3 = S3ObjectStore.clientBuilder().build()) {
            String workBucket = new DeployedStack(stack).ask(Parameters.WORK_BUCKET);
            promoted = new Champions(new S3ObjectStore(s3), new ParameterLiveModel(stack, () -> parameters))
                    .promote(dataset, DatasetFolder.of(workBucket, dataset), job);
        } catch (Champions.NoSuchModelException e) {
            throw new UnreadableInput(dataset, e.getMessage(), "nothing has changed");
        } catch (IOException | SdkException e) {
            throw new UnreadableInput(
                    "stack " + stack,
                    "the cloud did not promote it: " + e.getMessage(),
                    "check AWS_REGION and your credentials, and that you may call ssm:GetParameter, ssm:PutParameter, and s3:ListBucket, s3:GetObject and"
                            + " s3:PutObject on the work bucket; then say it again: what was done already does no harm");
        }
        print(promoted, spec.commandLine().getOut());
        return 0;
    }

    private void print(Champions.Promoted promoted, PrintWriter out) {
        Champion champion = promoted.champion();
        Champion instead = promoted.instead();
        String parameter = Parameters.champion(stack, dataset);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("dataset", dataset);
            all.put("champion", champion.toJson());
            all.put("instead", instead == null ? null : instead.toJson());
            all.put("parameter", parameter);
            out.println(Json.text(all));
            return;
        }
        boolean before = instead != null && instead.trainingJob().equals(champion.trainingJob());
        out.println(before
                ? "The model of " + job + " is the champion of " + dataset + " already."
                : "The model of " + job + " is the champion of " + dataset + " now" + (instead == null ? "." : ", in place of that of " + instead.trainingJob() + "."));
        out.println("  Metric     " + described(champion) + (before || instead == null ? "" : "; the one before has " + described(instead)));
        out.println("  Model      " + champion.modelUrl());
        out.println("  Parameter  " + parameter + " names it");
        if (!before && instead != null) {
            out.println("  Undo       truepipe promote " + dataset + " " + instead.trainingJob() + (stack.equals("Truepipe") ? "" : " --stack " + stack));
        }
    }

    private static String described(Champion champion) {
        return champion.metric() == null ? "none" : champion.metric() + " " + champion.value();
    }
}
