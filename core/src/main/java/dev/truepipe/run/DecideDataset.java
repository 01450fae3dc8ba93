package dev.truepipe.run;

import dev.truepipe.dataset.CarriedState;
import dev.truepipe.dataset.ChannelOutputs;
import dev.truepipe.dataset.ChunkWriter;
import dev.truepipe.dataset.DatasetDecision;
import dev.truepipe.dataset.DatasetDocument;
import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.dataset.DecisionInput;
import dev.truepipe.dataset.Gate;
import dev.truepipe.dataset.LineIndex;
import dev.truepipe.dataset.ManifestFile;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.FindingTally;
import dev.truepipe.report.DataReportContent.Counts;
import dev.truepipe.report.DataReportContent.Example;
import dev.truepipe.report.DataReportContent.Finding;
import dev.truepipe.report.DataReportContent.LabelClass;
import dev.truepipe.report.DataReportContent.Severity;
import dev.truepipe.report.DataReportContent.Split;
import dev.truepipe.split.Percentage;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUpload;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.TrainingPlan;
import dev.truepipe.training.TrainingRefusedException;
import dev.truepipe.training.TrainingTerms;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * State {@code DecideDataset}: newest label per object, split, gates, version. What was sealed last is read here, not by the
 * plan, so that a run which lost the race for {@code latest.json} decides again on what the winner left.
 *
 * <p>A run that a gate stops still leaves what it set aside in its own folder: {@code quarantine.manifest},
 * {@code superseded.manifest} and {@code findings.jsonl}.
 */
public final class DecideDataset {
    private final ObjectStore store;
    private final String region;

    /** @param region where training will run, to refuse here what could only fail there */
    public DecideDataset(ObjectStore store, String region) {
        this.store = store;
        this.region = region;
    }

    /**
     * Decides.
     *
     * @return the state's output
     * @throws TrainingRefusedException if the dataset is worth training on and the job could only fail; the decision is in the run's folder by then
     */
    public Map<String, Object> decide(String dataset, String execution, RunFolder run) throws IOException {
        Plan plan = Plan.read(store, run);
        List<Chunk> chunks = Plan.chunks(store, run);
        DatasetFolder folder = DatasetFolder.of(run.folder().bucket(), dataset);
        DatasetRules rules = RunRules.of(plan.settings());
        if (plan.force()) {
            rules = RunRules.withoutNewLabels(rules);
        }
        Latest latest = Latest.read(store, folder);
        DatasetDecision decided = DatasetDecision.decide(new DecisionInput(
                rules,
                plan.choice(),
                plan.manifests().stream()
                        .map(manifest -> new ManifestFile(
                                manifest.object().uri().toString(), manifest.object().eTag(), manifest.object().size()))
                        .toList(),
                chunks.stream().map(Chunk::range).toList(),
                chunk -> store.open(run.scan(chunk), null, null),
                latest.version() == null ? null : carried(folder, latest.version()),
                latest.version() == null ? DecisionInput.PreviousIndex.NONE : () -> lineIndex(folder, latest.version()),
                judged(folder)));
        Decision decision = decision(decided, latest, rules, plan.sources());
        store.put(run.decision(), Json.pretty(decision.toJson()), Condition.ALWAYS);
        if (decision.why() == null) {
            // Refuses hyperparameters that could only fail, before a line is copied or anything paid for.
            TrainingPlan.of(TrainingTerms.fromJson(Fields.object(plan.settings(), "training")), decision.facts(), region);
        }
        for (Chunk chunk : chunks) {
            try (ObjectUpload upload = store.upload(run.decide(chunk.index()))) {
                decided.writeChunk(chunk.index(), upload);
                upload.complete();
            }
        }
        try (ObjectUpload upload = store.upload(run.lines())) {
            decided.lineIndex().write(upload);
            upload.complete();
        }
        boolean setAside = decision.why() == null || setAside(run, chunks);
        return answer(dataset, execution, run, decision, decided.gates(), setAside);
    }

    private CarriedState carried(DatasetFolder folder, String version) throws IOException {
        return CarriedState.fromDataset(StoredJson.readObject(store, folder.version(version).resolve(SealedFiles.DATASET)));
    }

    /** {@code null} if it is gone. */
    private LineIndex lineIndex(DatasetFolder folder, String version) throws IOException {
        try (InputStream in = store.open(folder.version(version).resolve(SealedFiles.LINES), null, null)) {
            return LineIndex.read(in);
        } catch (ObjectMissingException gone) {
            return null;
        }
    }

    /** Lines of the version judged last; {@code null} if none was, or it is gone. */
    private LineIndex judged(DatasetFolder folder) throws IOException {
        String version;
        try {
            Map<String, Object> judged = Fields.objectOrNull(StoredJson.readObject(store, folder.champion()), "judged");
            if (judged == null) {
                return null;
            }
            version = Fields.text(judged, "version");
        } catch (ObjectMissingException none) {
            return null;
        }
        return lineIndex(folder, version);
    }

    private static Decision decision(DatasetDecision decided, Latest latest, DatasetRules rules, List<ImportedExport> sources) {
        Map<String, Object> document = decided.toJson();
        if (!sources.isEmpty()) {
            document.put(Decision.SOURCES, sources.stream().map(ImportedExport::toJson).toList());
        }
        DatasetDocument sealed = new DatasetDocument(document);
        List<Gate> gates = decided.gates();
        List<LabelClass> classes = new ArrayList<>();
        Fields.object(document, "classes").forEach((name, value) -> {
            Map<String, Object> one = Json.object(value);
            long train = Fields.whole(one, "trainLines");
            long validation = Fields.whole(one, "validationLines");
            long test = Fields.wholeOr(one, "testLines", 0);
            classes.add(new LabelClass(Long.toString(Fields.whole(one, "id")), name, train, validation, test, train + validation + test));
        });
        return new Decision(
                decided.version(),
                latest.eTag(),
                new Counts(
                        decided.lines(),
                        decided.blank(),
                        decided.accepted(),
                        decided.quarantined(),
                        decided.superseded(),
                        decided.train(),
                        decided.validation(),
                        decided.test()),
                document.get("task") == null || document.get("labelAttribute") == null ? null : sealed.facts(),
                sealed.holdOut(),
                gates.isEmpty() ? null : why(gates),
                decided.findings().entries().stream().map(DecideDataset::finding).toList(),
                classes,
                new Split(
                        rules.holdOut().manifest() == null ? Percentage.text(rules.holdOut().basisPoints()) : rules.holdOut().manifest(),
                        rules.holdOut().tests() ? Percentage.text(rules.holdOut().testBasisPoints()) : null,
                        rules.groupBy().toString(),
                        rules.holdOut().seed(),
                        sealed.holdOut(),
                        latest.version(),
                        sealed.carried().floors().size(),
                        null),
                document);
    }

    private static Decision.Why why(List<Gate> gates) {
        return new Decision.Why(
                gates.getFirst().name(), String.join(". Also: ", gates.stream().map(gate -> Words.bounded(gate.message())).toList()));
    }

    private static Finding finding(FindingTally.Entry entry) {
        return new Finding(
                entry.first().code().code(),
                entry.first().severity() == dev.truepipe.manifest.Severity.QUARANTINE ? Severity.QUARANTINE : Severity.WARNING,
                entry.count(),
                List.of(new Example(entry.manifest(), entry.line(), entry.byteOffset(), entry.first().message())));
    }

    /**
     * Writes what a stopped run sets aside.
     *
     * @return {@code false} if a manifest has changed meanwhile: a newer run tells of it then
     */
    private boolean setAside(RunFolder run, List<Chunk> chunks) throws IOException {
        try (ObjectUpload quarantine = store.upload(run.setAside("quarantine.manifest"));
                ObjectUpload superseded = store.upload(run.setAside("superseded.manifest"));
                ObjectUpload findings = store.upload(run.setAside(SealedFiles.FINDINGS))) {
            OutputStream nowhere = OutputStream.nullOutputStream();
            for (Chunk chunk : chunks) {
                try (InputStream index = store.open(run.scan(chunk.index()), null, null);
                        InputStream decision = store.open(run.decide(chunk.index()), null, null)) {
                    ChunkWriter.write(
                            ByteSource.of(store, chunk.manifest(), chunk.eTag()),
                            chunk.range(),
                            index,
                            decision,
                            new ChannelOutputs(nowhere, nowhere, quarantine, superseded, nowhere, findings));
                }
            }
            quarantine.complete();
            superseded.complete();
            findings.complete();
            return true;
        } catch (PreconditionFailedException | ObjectMissingException changed) {
            return false;
        }
    }

    private static Map<String, Object> answer(
            String dataset, String execution, RunFolder run, Decision decision, List<Gate> gates, boolean setAside) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("outcome", decision.why() == null ? "train" : "skip");
        answer.put("version", decision.version());
        Counts counts = decision.counts();
        answer.put("lines", counts.lines());
        answer.put("blank", counts.blank());
        answer.put("accepted", counts.accepted());
        answer.put("quarantined", counts.quarantined());
        answer.put("superseded", counts.superseded());
        answer.put("train", counts.train());
        answer.put("validation", counts.validation());
        answer.put("test", counts.test());
        answer.put("why", decision.why() == null ? null : decision.why().toJson());
        answer.put("announcement", decision.why() == null ? null : announcement(dataset, execution, run, decision, gates, setAside));
        return answer;
    }

    private static Map<String, Object> announcement(
            String dataset, String execution, RunFolder run, Decision decision, List<Gate> gates, boolean setAside) {
        StringBuilder text = new StringBuilder();
        text.append("The labels of ").append(dataset).append(" were read, but no model was trained: ")
                .append(gates.size() == 1 ? "a gate is" : gates.size() + " gates are").append(" not met.\n\n");
        for (Gate gate : gates) {
            text.append("  ").append(gate.name()).append(": ").append(Words.bounded(gate.message())).append('\n');
            // Force opens this gate only: beside another it would not help.
            if (gate.name().equals("minNewLabels") && gates.size() == 1) {
                text.append("    or train all the same: truepipe trigger ").append(dataset).append(" --force\n");
            }
        }
        Counts counts = decision.counts();
        text.append("\nLabels      ").append(Words.count(counts.lines(), "line")).append(": ")
                .append(Words.number(counts.accepted())).append(" accepted, ")
                .append(Words.number(counts.quarantined())).append(" in quarantine, ")
                .append(Words.number(counts.superseded())).append(" superseded\n");
        decision.imported().forEach(sentence -> text.append("Imported    ").append(sentence).append('\n'));
        decision.reconciled().ifPresent(sentence -> text.append("            ").append(sentence).append('\n'));
        List<Finding> quarantines = decision.findings().stream()
                .filter(finding -> finding.severity() == Severity.QUARANTINE)
                .sorted((one, other) -> Long.compare(other.count(), one.count()))
                .limit(5)
                .toList();
        for (Finding finding : quarantines) {
            text.append("            ").append(finding.count()).append(" x ").append(finding.code()).append(": ")
                    .append(Words.bounded(finding.examples().getFirst().message())).append('\n');
        }
        text.append('\n');
        if (setAside) {
            text.append("Findings    ").append(run.setAside(SealedFiles.FINDINGS)).append('\n');
            text.append("Quarantine  ").append(run.setAside("quarantine.manifest")).append('\n');
            text.append("Superseded  ").append(run.setAside("superseded.manifest")).append('\n');
        } else {
            text.append("Findings    not written: a manifest was overwritten meanwhile; the run on the new one tells more\n");
        }
        text.append("Execution   ").append(Console.place(execution)).append('\n');
        text.append("\nThe champion stays as it is. New labels start a new run by themselves.\n");
        return Answers.announcement("Truepipe: " + dataset + ", nothing trained: " + decision.why().gate(), text.toString());
    }

    /** What was sealed last. @param version {@code null} if nothing was @param eTag of {@code latest.json} */
    record Latest(String version, String eTag) {
        static Latest read(ObjectStore store, DatasetFolder folder) throws IOException {
            S3Uri uri = folder.latest();
            while (true) {
                Optional<StoredObject> there = store.head(uri);
                if (there.isEmpty()) {
                    return new Latest(null, null);
                }
                try {
                    return new Latest(Fields.text(StoredJson.readObject(store, uri, there.get().eTag()), "version"), there.get().eTag());
                } catch (PreconditionFailedException | ObjectMissingException moved) {
                    // Read again what another run has just put there.
                    continue;
                }
            }
        }
    }
}
