package dev.truepipe.cli;

import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.sagemaker.MetricDefinition;
import dev.truepipe.emulator.sagemaker.Provocation;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.sagemaker.TrainingFault;
import dev.truepipe.settings.EmulatorFile;
import dev.truepipe.settings.EmulatorSettings;
import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code truepipe up}: the embedded cloud as a server, with the workflow deployed in it, until Control-C.
 *
 * <p>Standard output has nothing but the {@code export} lines with which any SDK finds it; they lie in {@code env.sh} of the
 * data folder too. Everything else is told on standard error.
 */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "The embedded cloud as a server on this machine: S3, SQS, Step Functions, SageMaker, CloudWatch Logs, STS, with the"
                + " workflow of truepipe.yaml deployed in it, so labels that land in its bucket retrain. Any SDK finds it by the printed export"
                + " lines. Control-C stops it; data survives.",
        footer = {"", "Exit codes: 0 it was up and has ended well · 1 it did not end well · 2 wrong usage, or it cannot start"})
final class UpCommand implements Callable<Integer> {
    @Option(names = "--data", paramLabel = "DIR", defaultValue = ".truepipe",
            description = "where everything is kept from one start to the next (default: ${DEFAULT-VALUE})")
    private Path data;

    @Option(names = "--port", paramLabel = "N", defaultValue = "8466", description = "the one port of all services; 0 for any free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--settings", paramLabel = "FILE",
            description = "datasets of the workflow (default: truepipe.yaml in this folder, or else Truepipe's own)")
    private Path settingsFile;

    @Option(names = "--emulator", paramLabel = "FILE",
            description = "commands for training images, and faults (default: emulator.yaml in this folder, or else Truepipe's own)")
    private Path emulatorFile;

    /**
     * Defaults for the SageMaker Python SDK. To name its default bucket it would ask STS at an address of its own, whatever the
     * environment says; given the name, it asks nobody. Nor does it then tell anyone how its jobs went.
     */
    private static final String SAGEMAKER_SDK = """
            SchemaVersion: '1.0'
            SageMaker:
              PythonSDK:
                Modules:
                  TelemetryOptOut: true
                  Session:
                    DefaultS3Bucket: 'sagemaker-us-east-1-000000000000'
            """;

    private final PrintStream standardOut = System.out;
    private final PrintStream standardError = System.err;

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65_535) {
            throw new UnreadableInput("--port", port + " is no port", "give 0 to 65535");
        }
        Installation installation = Installation.found();
        Path settingsPath = found(settingsFile, "truepipe.yaml", installation);
        Path emulatorPath = found(emulatorFile, "emulator.yaml", installation);
        Settings settings;
        EmulatorSettings emulator;
        try {
            settings = SettingsFile.read(settingsPath);
            emulator = EmulatorFile.read(emulatorPath, TrainingFault.words());
        } catch (InvalidSettingsException e) {
            throw new UnreadableInput(null, e.getMessage(), "then start it again");
        }
        UpLog log = new UpLog(standardError, Clock.systemDefaultZone());
        LocalCloud deployment = new LocalCloud(settings);
        try (UpFolder folder = UpFolder.open(data)) {
            EmbeddedCloud.Builder description = deployment
                    .describe(folder.path(), installation, algorithms(emulator, emulatorPath, installation), log)
                    .port(port);
            emulator.faults().forEach(fault -> description.provocation(new Provocation(
                    TrainingFault.of(fault.fault()).orElseThrow(), fault.instance().orElse(null), fault.name().orElse(null), fault.jobs())));
            EmbeddedCloud cloud = started(description);
            Thread stop = new Thread(() -> stop(cloud, log), "stop");
            Runtime.getRuntime().addShutdownHook(stop);
            try {
                deployment.complete(cloud, cloud.s3().store());
                cloud.events().startSchedules();
                Path sdk = folder.path().toAbsolutePath().normalize().resolve("sagemaker-sdk.yaml");
                Files.writeString(sdk, SAGEMAKER_SDK);
                String exports = exports(cloud.environment(), sdk);
                Files.writeString(folder.path().resolve("env.sh"), exports);
                standardOut.print(exports);
                standardOut.flush();
                log.say("up at " + cloud.endpoint() + " (open it in a browser), data in " + data + "; Control-C stops it");
                deployment.labels().forEach((dataset, labels) -> log.say("dataset " + dataset + ": awaits labels in " + labels));
                new CountDownLatch(1).await(); // until the process is told to end
                return 0;
            } catch (IOException | RuntimeException | InterruptedException e) {
                Runtime.getRuntime().removeShutdownHook(stop);
                cloud.close();
                throw e;
            }
        }
    }

    private EmbeddedCloud started(EmbeddedCloud.Builder description) throws IOException, InterruptedException, UnreadableInput {
        try {
            return description.start();
        } catch (IOException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new UnreadableInput("--port", "port " + port + " is taken", "stop what listens there, or name another with --port");
                }
            }
            throw e;
        }
    }

    /** What Control-C and SIGTERM do. The process then ends by this, not by the signal, so that it can tell how that went. */
    private void stop(EmbeddedCloud cloud, UpLog log) {
        int code = 0;
        log.say("stopping");
        try {
            cloud.close();
            log.say("stopped; what ran has failed or was aborted, everything else is kept in " + data);
        } catch (RuntimeException e) {
            log.say("it did not end well: " + e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause()));
            code = 1;
        }
        standardError.flush();
        Runtime.getRuntime().halt(code);
    }

    /** A file that was named; or the one of this folder; or Truepipe's own. */
    private static Path found(Path named, String name, Installation installation) {
        if (named != null) {
            return named;
        }
        Path here = Path.of(name);
        return Files.exists(here) ? here : installation.home().resolve(name);
    }

    private static List<TrainingAlgorithm> algorithms(EmulatorSettings emulator, Path file, Installation installation) {
        String here = file.toAbsolutePath().normalize().getParent().toString();
        return emulator.algorithms().stream()
                .map(algorithm -> TrainingAlgorithm.forImages(
                        algorithm.image(),
                        algorithm.command().stream()
                                .map(word -> word.replace("{here}", here).replace("{home}", installation.home().toString()))
                                .toList(),
                        algorithm.environment(),
                        algorithm.metrics().stream().map(metric -> MetricDefinition.of(metric.name(), metric.regex())).toList()))
                .toList();
    }

    /** Lines for a shell. A proxy, if there is one, is told to leave this machine alone. */
    static String exports(Map<String, String> environment, Path sageMakerSdk) {
        Map<String, String> all = new LinkedHashMap<>();
        environment.forEach((name, value) -> all.put(name, quoted(value)));
        all.put("SAGEMAKER_ADMIN_CONFIG_OVERRIDE", quoted(sageMakerSdk.toString()));
        all.put("NO_PROXY", "\"127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}\"");
        all.put("no_proxy", "\"127.0.0.1,localhost${no_proxy:+,$no_proxy}\"");
        return all.entrySet().stream().map(line -> "export " + line.getKey() + "=" + line.getValue() + "\n").collect(Collectors.joining());
    }

    private static String quoted(String value) {
        return value.matches("[A-Za-z0-9:/._-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
    }
}
