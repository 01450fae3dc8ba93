package dev.truepipe.cli;

import dev.truepipe.dataset.CarriedState;
import dev.truepipe.dataset.DatasetDocument;
import dev.truepipe.dataset.Gate;
import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.states.InvalidDefinition;
import dev.truepipe.emulator.states.Rehearsal;
import dev.truepipe.emulator.states.StateMachine;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ChunkStream.DamagedGzipException;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.FindingTally;
import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.manifest.Severity;
import dev.truepipe.run.Chunk;
import dev.truepipe.run.DatasetFolder;
import dev.truepipe.run.DecideDataset;
import dev.truepipe.run.Plan;
import dev.truepipe.run.PlanDataset;
import dev.truepipe.run.RunFolder;
import dev.truepipe.run.ScanChunk;
import dev.truepipe.run.SealDataset;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import dev.truepipe.split.Percentage;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.TrainingRefusedException;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code truepipe plan}: what a run would do, up to the job that it would ask for. The states of the workflow do it here, on a folder that is removed
 * afterwards; the request is read out of the state machine's own file.
 */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Says what a run on these manifests would do: the lines that train, the gates, the hyperparameters, and the request for the training job as the"
                + " state machine would send it. Objects are looked at as checkObjects says, with your credentials. Starts nothing and writes nothing.",
        footer = {"", "Exit codes: 0 a job would be started · 1 a gate is not met, or the job could only fail · 2 wrong usage or unreadable input"})
final class PlanCommand implements Callable<Integer> {
    private static final String EXECUTION = "plan";

    @Parameters(paramLabel = "MANIFEST", arity = "1..*", description = "augmented manifests in place of those under labels: files, .gz, s3://bucket/key, or - for standard input")
    private List<String> manifests;

    @Option(names = "--settings", paramLabel = "FILE", defaultValue = "truepipe.yaml", description = "settings (default: ${DEFAULT-VALUE})")
    private Path settings;

    @Option(names = "--dataset", paramLabel = "NAME", description = "which dataset of the settings; needed if there are several")
    private String name;

    @Option(names = "--check-objects", paramLabel = "HOW-MANY", description = "none, 100 or all, in place of what the settings say; none needs no credentials")
    private String checkObjects;

    @Option(names = "--previous", paramLabel = "FILE", description = "dataset.json of the version sealed last, beside its lines.idx, so that nothing changes sides")
    private Path previous;

    @Option(names = "--label-bucket", paramLabel = "BUCKET", description = "the bucket that the stack made for labels, where the settings name a prefix alone")
    private String labelBucket;

    @Option(names = "--work-bucket", paramLabel = "BUCKET", defaultValue = LocalCloud.WORK_BUCKET,
            description = "the stack's work bucket, as the request names it (default: ${DEFAULT-VALUE}, as in the embedded cloud)")
    private String workBucket;

    @Option(names = "--role", paramLabel = "ARN", description = "the stack's training role, likewise")
    private String role;

    @Option(names = "--key", paramLabel = "ARN", description = "the key that the stack made, with encryption: customer-key, likewise")
    private String key;

    @Option(names = "--region", paramLabel = "REGION", description = "where the job would run (default: AWS_REGION, else " + Arns.REGION + ")")
    private String region;

    @Option(names = "--json", description = "one JSON object on standard output")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** What came of the rehearsal. @param refused why the job could only fail, or {@code null} @param request {@code null} if no job would be asked for */
    private record Outcome(Plan plan, DatasetDocument document, List<FindingTally.Entry> findings, String refused, Map<String, Object> training, Map<String, Object> request) {
        boolean starts() {
            return request != null;
        }
    }

    @Override
    public Integer call() throws UnreadableInput, IOException {
        Settings all = settings();
        DatasetSettings dataset = dataset(all);
        String holdOut = dataset.split().validationManifest().map(S3Uri::toString).orElse(null);
        try (Manifests opened = Manifests.open(manifests, holdOut, System.in, Manifests::s3); PlanStore store = new PlanStore(workBucket, opened, Manifests::s3)) {
            Outcome outcome = rehearse(all, dataset, opened, store);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(Json.text(json(dataset, outcome)));
            } else {
                print(out, dataset, outcome);
            }
            return outcome.starts() ? 0 : 1;
        }
    }

    private Settings settings() throws UnreadableInput {
        try {
            Settings read = SettingsFile.read(settings);
            return labelBucket == null ? read : read.withLabelBucket(labelBucket);
        } catch (InvalidSettingsException e) {
            throw new UnreadableInput(null, e.getMessage(), "docs/settings.md explains every key");
        } catch (IOException e) {
            throw new UnreadableInput(settings.toString(), "cannot be read: " + UnreadableInput.words(e), "name another with --settings");
        }
    }

    private DatasetSettings dataset(Settings all) throws UnreadableInput {
        String names = String.join(", ", all.datasets().stream().map(DatasetSettings::name).toList());
        if (name == null && all.datasets().size() > 1) {
            throw new UnreadableInput(settings.toString(), "has several datasets: " + names, "name one with --dataset");
        }
        return name == null ? all.datasets().getFirst() : all.dataset(name).orElseThrow(() ->
                new UnreadableInput("--dataset", "there is no dataset \"" + name + "\" in " + settings, "name one of " + names));
    }

    /** Whether nobody knows yet where objects may lie: in a bucket that a deployment will name. */
    private static boolean placesUnknown(DatasetSettings dataset) {
        return dataset.images().stream().anyMatch(images -> images.bucket().equals(Settings.GENERATED_BUCKET));
    }

    private Map<String, Object> compiled(DatasetSettings dataset) throws UnreadableInput {
        Map<String, Object> compiled = dataset.toJson();
        if (placesUnknown(dataset)) {
            compiled.put("images", List.of());
        }
        if (checkObjects != null) {
            try {
                compiled.put("checkObjects", ObjectCheck.parse(checkObjects).word());
            } catch (IllegalArgumentException e) {
                throw new UnreadableInput("--check-objects", e.getMessage(), "write one of these");
            }
        }
        return compiled;
    }

    private Outcome rehearse(Settings all, DatasetSettings dataset, Manifests opened, PlanStore store) throws UnreadableInput, IOException {
        carry(store, dataset);
        RunFolder run = RunFolder.of(workBucket, dataset.name(), EXECUTION);
        String execution = Arns.stateMachine(LocalCloud.STATE_MACHINE).replace(":stateMachine:", ":execution:") + ":" + EXECUTION;
        Map<String, Object> compiled = compiled(dataset);
        String refused = null;
        try (Progress progress = Progress.of("plan", opened.bytes())) {
            new PlanDataset(store, _ -> { throw new IllegalStateException("a rehearsed run asks after no other"); }, Clock.systemUTC()).planOf(
                    new PlanDataset.Request(workBucket, dataset.name(), compiled, execution, EXECUTION, false, 0), opened.all().stream().map(PlanStore::pinned).toList());
            for (Chunk chunk : chunks(store, run)) {
                scan(store, run, chunk);
                progress.add(chunk.to() - chunk.from());
            }
            new DecideDataset(store, region()).decide(dataset.name(), execution, run);
        } catch (TrainingRefusedException e) {
            refused = e.getMessage();
        } catch (IOException e) {
            throw unreadable(null, e);
        }
        Map<String, Object> decision;
        try (InputStream in = store.open(run.decision(), null, null)) {
            decision = Json.parseObject(in.readAllBytes());
        }
        DatasetDocument document = new DatasetDocument(Json.object(decision.get("document")));
        Map<String, Object> training = refused != null || !document.gates().isEmpty() ? null
                : new SealDataset(store, region(), role(), key(all)).training(dataset.name(), EXECUTION, run);
        return new Outcome(Plan.read(store, run), document, findings(decision), refused, training, training == null ? null : request(all, dataset, document, training));
    }

    /** Puts what was sealed last where a run looks for it. */
    private void carry(PlanStore store, DatasetSettings dataset) throws UnreadableInput {
        if (previous == null) {
            return;
        }
        try {
            byte[] document = Files.readAllBytes(previous);
            CarriedState.fromDataset(Json.parseObject(document));
            String version = new DatasetDocument(Json.parseObject(document)).version();
            DatasetFolder folder = DatasetFolder.of(workBucket, dataset.name());
            store.put(folder.latest(), Json.bytes(Map.of("version", version)), Condition.ALWAYS);
            store.put(folder.version(version).resolve("dataset.json"), document, Condition.ALWAYS);
            Path lines = previous.resolveSibling("lines.idx");
            if (Files.exists(lines)) {
                store.put(folder.version(version).resolve("lines.idx"), Files.readAllBytes(lines), Condition.ALWAYS);
            }
        } catch (IllegalArgumentException | IOException e) {
            throw new UnreadableInput(previous.toString(), e instanceof IOException io ? "cannot be read: " + UnreadableInput.words(io) : e.getMessage(),
                    "give the dataset.json of a sealed version");
        }
    }

    private static List<Chunk> chunks(PlanStore store, RunFolder run) throws IOException {
        try (InputStream in = store.open(run.chunks(), null, null)) {
            return Json.array(Json.parse(in.readAllBytes())).stream().map(chunk -> Chunk.fromJson(Json.object(chunk))).toList();
        }
    }

    private static void scan(PlanStore store, RunFolder run, Chunk chunk) throws UnreadableInput {
        String manifest = PlanStore.named(chunk.manifest().toString());
        boolean changed;
        try {
            changed = new ScanChunk(store).changed(run, chunk);
        } catch (IOException e) {
            throw unreadable(manifest, e);
        }
        if (changed) {
            throw new UnreadableInput(manifest, "was overwritten while it was read", "run again when whoever writes it has ended");
        }
    }

    private static UnreadableInput unreadable(String manifest, IOException e) {
        if (e instanceof DamagedGzipException) {
            return new UnreadableInput(manifest, "the compressed data is damaged or cut off (" + e.getCause().getMessage() + ")", "compress or download it again");
        }
        return new UnreadableInput(manifest, PlanStore.named(UnreadableInput.words(e)),
                "check the file, your credentials and AWS_REGION; --check-objects none looks at no object");
    }

    private String region() {
        String named = System.getenv("AWS_REGION");
        return region != null ? region : named != null && !named.isBlank() ? named : Arns.REGION;
    }

    private String role() {
        return role != null ? role : Arns.role(LocalCloud.TRAINING_ROLE);
    }

    private String key(Settings all) {
        return all.encryption() != Settings.Encryption.CUSTOMER_KEY ? null : key != null ? key : Arns.key(LocalCloud.KMS_KEY);
    }

    /** What the state machine says to SageMaker at its first attempt. */
    private static Map<String, Object> request(Settings all, DatasetSettings dataset, DatasetDocument document, Map<String, Object> training) throws IOException {
        Map<String, String> substitutions = new LinkedHashMap<>();
        Workload.of(all).stateMachine().substitutions().forEach((key, value) -> substitutions.put(key, value.resolve(Enum::name, Arns::function)));
        StateMachine machine;
        try {
            machine = StateMachine.load(LocalCloud.STATE_MACHINE, Files.readString(Installation.found().stateMachine()), substitutions, Instant.EPOCH);
        } catch (InvalidDefinition e) {
            throw new IllegalStateException("the state machine of this installation is damaged: " + e.getMessage(), e);
        }
        Rehearsal rehearsal = new Rehearsal(machine, EXECUTION, Map.of("dataset", dataset.name(), "force", false, "settleSeconds", dataset.settle().toSeconds()));
        rehearsal.start();
        String next = rehearsal.after("SealDataset", Map.of("Payload", Map.of("outcome", "sealed", "version", document.version(), "training", training)));
        if (next == null || !Timeline.TRAINING.contains(next)) {
            throw new IllegalStateException("after SealDataset the state machine comes to " + next + ", not to Train");
        }
        return rehearsal.arguments(next);
    }

    private static List<FindingTally.Entry> findings(Map<String, Object> decision) {
        List<FindingTally.Entry> entries = new ArrayList<>();
        for (Object item : Json.array(decision.get("findings"))) {
            Map<String, Object> finding = Json.object(item);
            Map<String, Object> first = Json.object(Json.array(finding.get("examples")).getFirst());
            String manifest = (String) first.get("manifest");
            entries.add(new FindingTally.Entry((Long) finding.get("count"), manifest == null ? null : PlanStore.named(manifest), (Long) first.get("line"), (Long) first.get("byte"),
                    new Finding(FindingCode.of((String) finding.get("code")), Severity.valueOf((String) finding.get("severity")), null, PlanStore.named((String) first.get("message")))));
        }
        return entries;
    }

    private static Map<String, Object> classes(DatasetDocument document) {
        Map<String, Object> classes = new LinkedHashMap<>();
        Json.object(document.json().get("classes")).forEach((of, counts) -> classes.put(of, Json.object(counts).get("annotations")));
        return classes;
    }

    private static Map<String, Object> json(DatasetSettings dataset, Outcome outcome) {
        Map<String, Object> of = outcome.document().json();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("dataset", dataset.name());
        for (String field : List.of("lines", "blank", "accepted", "quarantined", "superseded", "train", "validation", "test", "warnings", "newLabels", "task", "labelAttribute", "version")) {
            json.put(field, of.get(field));
        }
        json.put("classes", classes(outcome.document()));
        json.put("findings", of.get("findings"));
        json.put("inference", of.get("inference"));
        json.put("split", of.get("split"));
        json.put("gates", outcome.document().gates().stream().map(gate -> new Gate(gate.name(), PlanStore.named(gate.message())).toJson()).toList());
        json.put("refused", outcome.refused());
        json.put("hyperparameters", outcome.starts() ? outcome.training().get("hyperParameters") : null);
        json.put("ladder", outcome.starts() ? outcome.training().get("ladder") : null);
        json.put("request", outcome.request());
        return json;
    }

    private void print(PrintWriter out, DatasetSettings dataset, Outcome outcome) {
        DatasetDocument document = outcome.document();
        out.println("A run of " + dataset.name() + ", by " + settings + ".");
        ManifestOptions.print(out, outcome.plan().choice());
        out.println();
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("lines" + (document.count("blank") > 0 ? " (and " + Findings.number(document.count("blank")) + " blank)" : ""), document.count("lines"));
        counts.put("train", document.count("train"));
        counts.put("validation", document.count("validation"));
        if (dataset.split().testBasisPoints() > 0) {
            counts.put("test", document.count("test"));
        }
        counts.put("quarantined", document.count("quarantined"));
        if (document.count("superseded") > 0) {
            counts.put("superseded by another label of the object", document.count("superseded"));
        }
        Findings.counts(out, counts);
        Findings.classes(out, classes(document));
        Findings.findings(out, outcome.findings());
        if (placesUnknown(dataset)) {
            out.println();
            out.println("Not judged: whether objects lie under images. They may lie in the stack's label bucket, which has no name yet; give it with --label-bucket.");
        }
        out.println();
        out.println("Split    " + dataset.split().validationManifest().map(S3Uri::toString).orElse(Percentage.text(shareOf(dataset))) + " validation, "
                + Percentage.text(dataset.split().testBasisPoints()) + " test, grouped by " + dataset.split().groupBy() + ", seed " + dataset.split().seed()
                + (previous == null ? "" : ", following " + previous));
        DatasetSettings.Gates gates = dataset.gates();
        out.println("Gates    maxQuarantined " + Percentage.text(gates.maxQuarantinedBasisPoints()) + ", minPerClass " + gates.minPerClass()
                + ", minNewLabels " + gates.minNewLabels() + " (" + Findings.number(document.count("newLabels")) + " are new)");
        document.gates().forEach(gate -> out.println("         not met: " + gate.name() + ": " + PlanStore.named(gate.message())));
        DatasetSettings.Brakes brakes = dataset.brakes();
        if (!brakes.enabled()) {
            out.println("Brakes   enabled is false: once deployed so, no run begins");
        } else if (brakes.maxRunsPerDay().isPresent()) {
            out.println("Brakes   at most " + brakes.maxRunsPerDay().getAsInt() + " within any 24 hours begin");
        }
        if (!outcome.starts()) {
            out.println();
            out.println(outcome.refused() == null ? "No job would be asked for." : "No job would be asked for, since it could only fail: " + outcome.refused());
            return;
        }
        out.println();
        out.println("Hyperparameters");
        Json.object(outcome.training().get("hyperParameters")).forEach((key, value) ->
                out.println("  " + key + " = " + value + (dataset.training().hyperparameters().containsKey(key) ? "" : "  (derived)")));
        out.println();
        out.println("Instances, in this order: " + String.join(", ", Json.array(outcome.training().get("ladder")).stream().map(Json::object)
                .map(rung -> rung.get("instanceType") + (rung.get("spot").equals(true) ? " on spot" : " on demand")).toList()));
        out.println();
        out.println("CreateTrainingJob, as sent first (the part of its name before -r0-1 is each run's own)");
        out.print(new String(Json.pretty(outcome.request()), StandardCharsets.UTF_8));
        out.println("Nothing was started.");
    }

    private static int shareOf(DatasetSettings dataset) {
        return dataset.split().validation() instanceof DatasetSettings.Validation.Share(int basisPoints) ? basisPoints : 0;
    }
}
