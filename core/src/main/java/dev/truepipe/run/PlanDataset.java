package dev.truepipe.run;

import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.LabelCategories;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.split.Sha256;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.ByteRange;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * State {@code PlanDataset}: finds and pins the manifests, waits for those that are young, claims their fingerprint, and
 * cuts them in chunks.
 */
public final class PlanDataset {
    /** Times a run is sent back to settle; then it plans what is there. */
    static final int MOST_SETTLES = 12;

    private final ObjectStore store;
    private final Executions executions;
    private final Clock clock;

    public PlanDataset(ObjectStore store, Executions executions, Clock clock) {
        this.store = store;
        this.executions = executions;
        this.clock = clock;
    }

    /**
     * @param workBucket where runs lie
     * @param settings the compiled settings of the dataset
     * @param execution ARN
     * @param executionName its last part
     * @param force whether to run again on what a run has succeeded on
     * @param settles times this run was sent back to settle
     */
    public record Request(
            String workBucket,
            String dataset,
            Map<String, Object> settings,
            String execution,
            String executionName,
            boolean force,
            long settles) {}

    /** Plans. @return the state's output */
    public Map<String, Object> plan(Request request) throws IOException {
        Map<String, Object> settings = withCategories(request.settings());
        DatasetRules rules = RunRules.of(settings);
        String holdOut = rules.holdOut().manifest();
        ManifestPlaces places = new ManifestPlaces(S3Uri.parse(Fields.text(settings, "labels")));
        List<StoredObject> found = new ArrayList<>(places.find(store));
        // Where it lies under labels it is the hold-out all the same, and there once.
        found.removeIf(manifest -> manifest.uri().toString().equals(holdOut));
        Instant now = clock.instant();
        if (found.isEmpty()) {
            giveUpEarlierClaim(request, null, now);
            return answer(
                    "empty",
                    places.isFolder()
                            ? "No " + ManifestPlaces.SUFFIX + " lies under " + places.labels() + " yet."
                            : "There is no object " + places.labels() + " yet.");
        }
        if (holdOut != null) {
            found.addFirst(holdOut(S3Uri.parse(holdOut)));
        }
        long young = secondsToSettle(found, Duration.ofSeconds(Fields.whole(settings, "settleSeconds")), now);
        if (young > 0 && request.settles() < MOST_SETTLES) {
            Map<String, Object> answer = answer("settle", "A manifest was written less than settle ago; looking again then.");
            answer.put("settleSeconds", young);
            return answer;
        }
        List<Chunk.Pinned> pinned = new ArrayList<>();
        LabelInference inference = new LabelInference(rules.task(), rules.labels());
        for (StoredObject manifest : found) {
            try {
                pinned.add(pin(manifest, inference));
            } catch (PreconditionFailedException | ObjectMissingException changed) {
                Map<String, Object> answer = answer("settle", manifest.uri() + " was overwritten while it was planned.");
                answer.put("settleSeconds", Math.max(1, Fields.whole(settings, "settleSeconds")));
                if (request.settles() >= MOST_SETTLES) {
                    throw new IOException(manifest.uri() + " keeps being overwritten; wait until whoever writes it has ended, then"
                            + " trigger the dataset", changed);
                }
                return answer;
            }
        }
        String fingerprint = fingerprint(found, settings);
        giveUpEarlierClaim(request, fingerprint, now);
        return switch (claim(request, fingerprint, now)) {
            case Claims.Answer.Superseded(String by) -> answer(
                    "superseded", "Another run works on exactly these manifests and settings: " + by);
            case Claims.Answer.Unchanged(String by) -> answer(
                    "unchanged",
                    "Exactly these manifests and settings have been worked on: " + by
                            + ". To do so again: truepipe trigger " + request.dataset() + " --force");
            case Claims.Answer.Ours ours -> planned(request, settings, inference.choose(), pinned, fingerprint, now);
        };
    }

    /**
     * Plans a run on exactly these manifests, for whoever asks what it would do: it waits for nothing and claims nothing.
     *
     * @param manifests in the order of their addresses; a hold-out of one's own first
     * @return the state's output
     */
    public Map<String, Object> planOf(Request request, List<StoredObject> manifests) throws IOException {
        Map<String, Object> settings = withCategories(request.settings());
        DatasetRules rules = RunRules.of(settings);
        List<Chunk.Pinned> pinned = new ArrayList<>();
        LabelInference inference = new LabelInference(rules.task(), rules.labels());
        for (StoredObject manifest : manifests) {
            pinned.add(pin(manifest, inference));
        }
        return planned(request, settings, inference.choose(), pinned, fingerprint(manifests, settings), clock.instant());
    }

    private Chunk.Pinned pin(StoredObject manifest, LabelInference inference) throws IOException {
        boolean gzip = isGzip(manifest);
        inference.read(manifest.uri().toString(), ByteSource.of(store, manifest.uri(), manifest.eTag()), gzip);
        return new Chunk.Pinned(manifest, gzip);
    }

    /** What has been worked on is not worked on again, unless an object is back that could not be read then. */
    private Claims.Answer claim(Request request, String fingerprint, Instant now) throws IOException {
        S3Uri claim = DatasetFolder.of(request.workBucket(), request.dataset()).claim(fingerprint);
        Claims claims = new Claims(store, executions);
        Claims.Answer answer = claims.claim(claim, request.execution(), request.force(), now);
        if (answer instanceof Claims.Answer.Unchanged(String by)
                && MissedObjects.backAgain(store, RunFolder.of(request.workBucket(), request.dataset(), by.substring(by.lastIndexOf(':') + 1))) != null) {
            return claims.claim(claim, request.execution(), true, now);
        }
        return answer;
    }

    /** The store may not say whether it is missing or forbidden: the stack lets nobody list the bucket for its sake. */
    private StoredObject holdOut(S3Uri uri) throws IOException {
        Optional<StoredObject> there;
        try {
            there = store.head(uri);
        } catch (IOException e) {
            throw new IOException("the hold-out that split.validation names: " + e.getMessage(), e);
        }
        return there.orElseThrow(() -> new IOException("the hold-out " + uri
                + " is not there; put it where split.validation says, or let split.validation name another, then trigger the dataset"));
    }

    /** An earlier plan of this run that other manifests have overtaken was never worked on to its end. */
    private void giveUpEarlierClaim(Request request, String fingerprint, Instant now) throws IOException {
        Plan earlier;
        try {
            earlier = Plan.read(store, RunFolder.of(request.workBucket(), request.dataset(), request.executionName()));
        } catch (ObjectMissingException first) {
            return;
        }
        if (!earlier.fingerprint().equals(fingerprint)) {
            S3Uri claim = DatasetFolder.of(request.workBucket(), request.dataset()).claim(earlier.fingerprint());
            new Claims(store, executions).giveUp(claim, request.execution(), now);
        }
    }

    private Map<String, Object> planned(
            Request request,
            Map<String, Object> settings,
            LabelChoice choice,
            List<Chunk.Pinned> pinned,
            String fingerprint,
            Instant now)
            throws IOException {
        List<Chunk> chunks = Chunk.cut(pinned);
        Plan plan = new Plan(
                request.dataset(), request.execution(), request.executionName(), now, fingerprint, request.force(), settings, choice, pinned, chunks.size());
        RunFolder run = RunFolder.of(request.workBucket(), request.dataset(), request.executionName());
        store.put(run.chunks(), Json.bytes(chunks.stream().map(Chunk::toJson).toList()), Condition.ALWAYS);
        store.put(run.plan(), Json.pretty(plan.toJson()), Condition.ALWAYS);

        Map<String, Object> answer = answer(
                "planned",
                Words.count(pinned.size(), "manifest") + " in " + Words.count(chunks.size(), "chunk") + ", "
                        + (choice.task() == null
                                ? "no task could be inferred"
                                : choice.task() + " by \"" + choice.labelAttribute() + "\""));
        answer.put("run", run.toJson());
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("bucket", run.chunks().bucket());
        list.put("key", run.chunks().key());
        list.put("count", (long) chunks.size());
        answer.put("chunks", list);
        answer.put("manifests", (long) pinned.size());
        return answer;
    }

    private static Map<String, Object> answer(String outcome, String message) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("outcome", outcome);
        answer.put("message", message);
        return answer;
    }

    /** Seconds until the youngest manifest has lain for {@code settle}; 0 if all have. */
    private static long secondsToSettle(List<StoredObject> manifests, Duration settle, Instant now) {
        long longest = 0;
        for (StoredObject manifest : manifests) {
            Duration left = Duration.between(now, manifest.lastModified().plus(settle));
            longest = Math.max(longest, left.isPositive() ? left.plusMillis(999).toSeconds() : 0);
        }
        return longest;
    }

    private boolean isGzip(StoredObject manifest) throws IOException {
        if (manifest.size() < 2) {
            return false;
        }
        try (InputStream in = store.open(manifest.uri(), new ByteRange(0, 2), manifest.eTag())) {
            byte[] magic = in.readNBytes(2);
            return magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
        }
    }

    /** SHA-256 over one line for each manifest (JSON array of URI, ETag, size), the settings, and the rules' version. */
    private static String fingerprint(List<StoredObject> manifests, Map<String, Object> settings) {
        StringBuilder all = new StringBuilder();
        for (StoredObject manifest : manifests) {
            all.append(line(List.of(manifest.uri().toString(), manifest.eTag(), manifest.size())));
        }
        all.append(line(settings)).append(line(DatasetRules.RULE_SET));
        return Sha256.hex(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String line(Object json) {
        return Json.text(json) + "\n";
    }

    /** Puts the names in place of a category file's address, so that the plan holds all that decides. */
    private Map<String, Object> withCategories(Map<String, Object> settings) throws IOException {
        Map<String, Object> categories = Fields.objectOrNull(settings, "labelCategories");
        if (categories == null || Fields.textOrNull(categories, "file") == null) {
            return settings;
        }
        S3Uri file = S3Uri.parse(Fields.text(categories, "file"));
        List<String> names;
        try (InputStream in = store.open(file, null, null)) {
            names = LabelCategories.read(in);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is no label category file ({\"labels\":[{\"label\":\"dog\"}]}): " + e.getMessage(), e);
        }
        Map<String, Object> resolved = new LinkedHashMap<>();
        resolved.put("file", file.toString());
        resolved.put("names", names);
        Map<String, Object> all = new LinkedHashMap<>(settings);
        all.put("labelCategories", resolved);
        return all;
    }
}
