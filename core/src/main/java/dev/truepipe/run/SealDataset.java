package dev.truepipe.run;

import dev.truepipe.dataset.Channel;
import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.json.Json;
import dev.truepipe.report.DataReport;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.TrainingPlan;
import dev.truepipe.training.TrainingTerms;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * State {@code SealDataset}: puts the parts of each channel together, writes {@code dataset.json} last, and moves
 * {@code latest.json}. A sealed version is reused, never rewritten.
 */
public final class SealDataset {
    private final ObjectStore store;
    private final String region;
    private final String trainingRole;
    private final String kmsKey;

    /**
     * @param trainingRole ARN of the role that training jobs take
     * @param kmsKey ARN of the key that training jobs encrypt with, or {@code null}
     */
    public SealDataset(ObjectStore store, String region, String trainingRole, String kmsKey) {
        this.store = store;
        this.region = region;
        this.trainingRole = trainingRole;
        this.kmsKey = kmsKey;
    }

    /** Seals. @return the state's output */
    public Map<String, Object> seal(String dataset, String executionName, RunFolder run) throws IOException {
        Plan plan = Plan.read(store, run);
        Decision decision = worthTraining(run);
        DatasetFolder folder = DatasetFolder.of(run.folder().bucket(), dataset);
        S3Uri version = folder.version(decision.version());
        Map<String, Object> answer = new LinkedHashMap<>();
        // Before anything is written: a version that was decided on old ground is not worth sealing.
        boolean moved = stands(folder, decision);
        boolean sealed = moved
                && store.head(version.resolve(SealedFiles.DATASET)).isEmpty()
                && write(plan, decision, run, version);
        moved = moved && moveLatest(folder, decision, plan);
        answer.put("outcome", !moved ? "conflict" : sealed ? "sealed" : "reused");
        answer.put("version", decision.version());
        answer.put("folder", version.toString());
        answer.put("training", training(dataset, executionName, folder, plan, decision));
        return answer;
    }

    /** What the state machine asks for a job with once this run is sealed; nothing is written. */
    public Map<String, Object> training(String dataset, String executionName, RunFolder run) throws IOException {
        return training(dataset, executionName, DatasetFolder.of(run.folder().bucket(), dataset), Plan.read(store, run), worthTraining(run));
    }

    private Map<String, Object> training(String dataset, String executionName, DatasetFolder folder, Plan plan, Decision decision) {
        TrainingTerms terms = TrainingTerms.fromJson(Fields.object(plan.settings(), "training"));
        return TrainingPlan.of(terms, decision.facts(), region)
                .toJson(
                        dataset,
                        executionName,
                        trainingRole,
                        folder.version(decision.version()),
                        folder.models(),
                        folder.checkpoints(),
                        decision.split().seed(),
                        kmsKey);
    }

    private Decision worthTraining(RunFolder run) throws IOException {
        Decision decision = Decision.read(store, run);
        if (decision.why() != null) {
            throw new IllegalStateException("gate " + decision.why().gate() + " is not met: this run has nothing to seal");
        }
        return decision;
    }

    /**
     * Files that are there already were left by a try that did not come to its end, or by another run that seals the same
     * version now: manifests and index hold the same lines, and all of them stay.
     *
     * @return {@code false} if another run sealed the same version first
     */
    private boolean write(Plan plan, Decision decision, RunFolder run, S3Uri version) throws IOException {
        DatasetRules rules = RunRules.of(plan.settings());
        for (Channel channel : rules.channels()) {
            store.assemble(version.resolve(SealedFiles.manifest(channel)), parts(run, channel.word(), plan.chunks()));
        }
        store.assemble(version.resolve(SealedFiles.FINDINGS), parts(run, "findings", plan.chunks()));
        StoredObject lines = store.head(run.lines()).orElseThrow(() -> new IOException(
                run.lines() + " is not there; runs expire after 30 days: trigger the dataset again"));
        store.assemble(version.resolve(SealedFiles.LINES), List.of(lines));
        putOnce(version.resolve(SealedFiles.REPORT), DataReport.html(decision.report(plan, version, SealedFiles.all(rules))));
        return putOnce(version.resolve(SealedFiles.DATASET), Json.pretty(decision.document()));
    }

    /** @return {@code false} if it was there */
    private boolean putOnce(S3Uri uri, byte[] content) throws IOException {
        try {
            store.put(uri, content, Condition.ABSENT);
            return true;
        } catch (PreconditionFailedException there) {
            return false;
        }
    }

    /** The parts of a channel in the order of their chunks. What an earlier plan of this run left beyond them is not ours. */
    private List<StoredObject> parts(RunFolder run, String channel, int chunks) throws IOException {
        S3Uri prefix = run.part(channel, 0);
        S3Uri folder = new S3Uri(prefix.bucket(), prefix.key().substring(0, prefix.key().length() - 1));
        StoredObject[] parts = new StoredObject[chunks];
        for (StoredObject part : store.list(folder, true).objects()) {
            int index = Integer.parseInt(part.uri().key().substring(folder.key().length()));
            if (index < chunks) {
                parts[index] = part;
            }
        }
        for (int i = 0; i < chunks; i++) {
            if (parts[i] == null) {
                throw new IOException("chunk " + i + " left no part of " + channel + " (" + run.part(channel, i)
                        + "); redrive the execution from WriteChannels, or trigger the dataset again");
            }
        }
        return Arrays.asList(parts);
    }

    /** Whether {@code latest.json} is what the decision was made on, or names this version already. */
    private boolean stands(DatasetFolder folder, Decision decision) throws IOException {
        DecideDataset.Latest now = DecideDataset.Latest.read(store, folder);
        return Objects.equals(decision.latestETag(), now.eTag()) || decision.version().equals(now.version());
    }

    /** @return whether {@code latest.json} names this version now; {@code false} if another run moved it since the decision */
    private boolean moveLatest(DatasetFolder folder, Decision decision, Plan plan) throws IOException {
        DecideDataset.Latest now = DecideDataset.Latest.read(store, folder);
        if (decision.version().equals(now.version())) {
            return true;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", decision.version());
        json.put("execution", plan.execution());
        json.put("plannedAt", plan.plannedAt().toString());
        try {
            Condition condition = decision.latestETag() == null
                    ? Condition.ABSENT
                    : new Condition.Unchanged(decision.latestETag());
            store.put(folder.latest(), Json.pretty(json), condition);
            return true;
        } catch (PreconditionFailedException moved) {
            return false;
        }
    }
}
