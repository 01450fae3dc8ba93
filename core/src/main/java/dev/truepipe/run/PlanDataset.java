package dev.truepipe.run;

import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.importing.ImportFormat;
import dev.truepipe.importing.Importer;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * State {@code PlanDataset}: finds and pins the manifests, waits for those that are young, asks the brakes, claims their
 * fingerprint, and cuts them in chunks.
 *
 * <p>Where labels come as exports of another tool, these are what is found, settles, is claimed and makes the fingerprint. The manifests
 * made of them ({@link ConvertLabels}) are pinned once they are there; until then the answer is {@code convert}.
 *
 * <p>Brakes come before the claim and after all that ends a run anyhow: they hold, and are announced, only where a run would
 * begin. They are no part of the plan nor of the fingerprint, so that putting one on or off trains nothing again.
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
        Map<String, Object> settings = withCategories(Brakes.without(request.settings()));
        DatasetRules rules = RunRules.of(settings);
        String holdOut = rules.holdOut().manifest();
        ImportFormat format = ImportOptions.format(settings);
        LabelPlaces places = new LabelPlaces(S3Uri.parse(Fields.text(settings, "labels")), format);
        List<StoredObject> labels = places.find(store, apart(holdOut, settings));
        Instant now = clock.instant();
        RunFolder run = RunFolder.of(request.workBucket(), request.dataset(), request.executionName());
        if (labels.isEmpty()) {
            giveUpEarlierClaim(request, run, claimedExports(run), null, now);
            return Answers.of("empty", nothingThere(places));
        }
        List<StoredObject> found = new ArrayList<>(labels);
        if (holdOut != null) {
            found.addFirst(holdOut(S3Uri.parse(holdOut)));
        }
        long young = secondsToSettle(found, Duration.ofSeconds(Fields.whole(settings, "settleSeconds")), now);
        if (young > 0 && request.settles() < MOST_SETTLES) {
            Map<String, Object> answer = Answers.of("settle", (format == null ? "A manifest" : "An export") + " was written less than settle ago; looking again then.");
            answer.put("settleSeconds", young);
            return answer;
        }
        Pins pins = new Pins(rules);
        if (format == null) {
            Optional<StoredObject> changed = pins.take(found);
            if (changed.isPresent()) {
                return overwritten(request, changed.get());
            }
        }
        String fingerprint = fingerprint(found, settings);
        Optional<Exports> before = claimedExports(run);
        giveUpEarlierClaim(request, run, before, fingerprint, now);
        Claims claims = new Claims(store, executions);
        S3Uri claim = DatasetFolder.of(request.workBucket(), request.dataset()).claim(fingerprint);
        boolean force = request.force();
        Optional<Claims.Answer> standing = claims.look(claim, request.execution(), force);
        if (standing.isPresent() && standing.get() instanceof Claims.Answer.Unchanged(String by) && missedAreBack(request, by)) {
            // What has been worked on is not worked on again, unless an object is back that could not be read then.
            force = true;
            standing = claims.look(claim, request.execution(), true);
        }
        Claims.Answer answer;
        if (standing.isPresent()) {
            answer = standing.get();
        } else {
            Brakes brakes = Brakes.of(request.settings());
            Starts starts = new Starts(store, DatasetFolder.of(request.workBucket(), request.dataset()).starts());
            Brakes.Verdict verdict = brakes.let(request.execution(), starts, now);
            if (verdict instanceof Brakes.Verdict.Held held) {
                return held(request, held);
            }
            answer = claims.claim(claim, request.execution(), force, now);
            if (!(answer instanceof Claims.Answer.Ours) && verdict instanceof Brakes.Verdict.Counted) {
                starts.giveBack(request.execution());
            }
        }
        return switch (answer) {
            case Claims.Answer.Superseded(String by) -> Answers.of(
                    "superseded", "Another run works on exactly these manifests and settings: " + by);
            case Claims.Answer.Unchanged(String by) -> Answers.of(
                    "unchanged",
                    "Exactly these manifests and settings have been worked on: " + by
                            + ". To do so again: truepipe trigger " + request.dataset() + " --force");
            case Claims.Answer.Ours ours when format == null -> planned(request, settings, pins, List.of(), fingerprint, now);
            case Claims.Answer.Ours ours -> ofExports(
                    request, settings, pins, found.subList(0, found.size() - labels.size()), exports(request, run, before, settings, labels, fingerprint), fingerprint, now);
        };
    }

    /** What may lie where labels do and is none: the hold-out, which is there once all the same, and the list of classes. */
    private static Set<S3Uri> apart(String holdOut, Map<String, Object> settings) {
        Set<S3Uri> apart = new HashSet<>();
        if (holdOut != null) {
            apart.add(S3Uri.parse(holdOut));
        }
        Map<String, Object> categories = Fields.objectOrNull(settings, "labelCategories");
        String file = categories == null ? null : Fields.textOrNull(categories, "file");
        if (file != null) {
            apart.add(S3Uri.parse(file));
        }
        return apart;
    }

    private static String nothingThere(LabelPlaces places) {
        if (!places.isFolder()) {
            return "There is no object " + places.labels() + " yet.";
        }
        return "No " + (places.format() == null ? LabelPlaces.MANIFEST : places.format() + " export (" + places.ending() + ")") + " lies under " + places.labels() + " yet.";
    }

    private static Map<String, Object> overwritten(Request request, StoredObject object) throws IOException {
        if (request.settles() >= MOST_SETTLES) {
            throw new IOException(object.uri() + " keeps being overwritten; wait until whoever writes it has ended, then trigger the dataset");
        }
        Map<String, Object> answer = Answers.of("settle", object.uri() + " was overwritten while it was planned.");
        answer.put("settleSeconds", Math.max(1, Fields.whole(request.settings(), "settleSeconds")));
        return answer;
    }

    /** What the claim is for, written down, since it is to be given up if other exports overtake these. @param before what this run claimed last */
    private List<Export> exports(
            Request request, RunFolder run, Optional<Exports> before, Map<String, Object> settings, List<StoredObject> labels, String fingerprint) throws IOException {
        if (before.isPresent() && before.get().fingerprint().equals(fingerprint)) {
            // The same bytes, perhaps uploaded again since: what they have become is at the place that was told before.
            return before.get().all();
        }
        ImportOptions options = ImportOptions.of(settings);
        List<Export> exports = labels.stream().map(object -> Export.of(request.workBucket(), request.dataset(), object, options)).toList();
        new Exports(fingerprint, settings, exports).write(store, run);
        return exports;
    }

    /** Plans on the manifests that the exports have become, or asks for them. The claim is ours. @param holdOut one's own, or empty */
    private Map<String, Object> ofExports(
            Request request, Map<String, Object> settings, Pins pins, List<StoredObject> holdOut, List<Export> exports, String fingerprint, Instant now) throws IOException {
        List<StoredObject> manifests = new ArrayList<>();
        for (Export export : exports) {
            export.converted(store, now).ifPresent(manifests::add);
        }
        long missing = exports.size() - manifests.size();
        if (missing > 0 || manifests.stream().allMatch(manifest -> manifest.size() == 0)) {
            Map<String, Object> answer = Answers.of("convert", missing > 0 ? Words.count(missing, "export") + " to be converted" : "no line in any export");
            answer.put("run", RunFolder.of(request.workBucket(), request.dataset(), request.executionName()).toJson());
            answer.put("exports", (long) exports.size());
            return answer;
        }
        manifests.addAll(0, holdOut);
        Optional<StoredObject> changed = pins.take(manifests);
        if (changed.isPresent()) {
            return overwritten(request, changed.get());
        }
        List<ImportedExport> sources = new ArrayList<>();
        for (Export export : exports) {
            sources.add(ImportedExport.of(store, export));
        }
        return planned(request, settings, pins, sources, fingerprint, now);
    }

    private boolean missedAreBack(Request request, String by) throws IOException {
        return MissedObjects.backAgain(store, RunFolder.of(request.workBucket(), request.dataset(), by.substring(by.lastIndexOf(':') + 1))) != null;
    }

    /** The state's output where a brake holds; nothing of the run is written or claimed. */
    private static Map<String, Object> held(Request request, Brakes.Verdict.Held held) {
        return Answers.skip(new Decision.Why(held.brake(), held.message()), Answers.announcement("Truepipe: " + request.dataset() + ", held by " + held.brake(),
                "There is something to train on in " + request.dataset() + ", but a brake holds it: nothing was claimed, scanned or trained.\n\n"
                        + "  " + held.brake() + ": " + held.message() + "\n\n"
                        + "Execution   " + Console.place(request.execution()) + "\n\n"
                        + "The champion stays as it is. The next look (sweep, every " + Words.duration(Fields.whole(request.settings(), "sweepSeconds"))
                        + ") or arrival tries again by itself; to look at once: truepipe trigger " + request.dataset() + "\n"));
    }

    /**
     * Plans a run on exactly these manifests, for whoever asks what it would do: it waits for nothing and claims nothing.
     *
     * @param manifests in the order of their addresses; a hold-out of one's own first
     * @return the state's output
     */
    public Map<String, Object> planOf(Request request, List<StoredObject> manifests) throws IOException {
        Map<String, Object> settings = withCategories(Brakes.without(request.settings()));
        DatasetRules rules = RunRules.of(settings);
        Pins pins = new Pins(rules);
        for (StoredObject manifest : manifests) {
            pins.take(manifest);
        }
        return planned(request, settings, pins, List.of(), fingerprint(manifests, settings), clock.instant());
    }

    /** Manifests that were looked into, and what their heads say of the labels. */
    private final class Pins {
        private final List<Chunk.Pinned> pinned = new ArrayList<>();
        private final LabelInference inference;

        private Pins(DatasetRules rules) {
            inference = new LabelInference(rules.task(), rules.labels());
        }

        /** @return the first that is no longer what was found; then nothing is pinned that could be planned on */
        private Optional<StoredObject> take(List<StoredObject> manifests) throws IOException {
            for (StoredObject manifest : manifests) {
                try {
                    take(manifest);
                } catch (PreconditionFailedException | ObjectMissingException changed) {
                    return Optional.of(manifest);
                }
            }
            return Optional.empty();
        }

        private void take(StoredObject manifest) throws IOException {
            boolean gzip = isGzip(manifest);
            inference.read(manifest.uri().toString(), ByteSource.of(store, manifest.uri(), manifest.eTag()), gzip);
            pinned.add(new Chunk.Pinned(manifest, gzip));
        }
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

    /** What this run claimed earlier and other labels have overtaken was never worked on to its end. */
    private void giveUpEarlierClaim(Request request, RunFolder run, Optional<Exports> exports, String fingerprint, Instant now) throws IOException {
        Set<String> earlier = new TreeSet<>();
        ifThere(() -> Plan.read(store, run).fingerprint()).ifPresent(earlier::add);
        // Exports are claimed before there is a plan.
        exports.map(Exports::fingerprint).ifPresent(earlier::add);
        for (String claimed : earlier) {
            if (!claimed.equals(fingerprint)) {
                S3Uri claim = DatasetFolder.of(request.workBucket(), request.dataset()).claim(claimed);
                new Claims(store, executions).giveUp(claim, request.execution(), now);
            }
        }
    }

    /** What this run claimed last, if it came so far; whatever the settings say now. */
    private Optional<Exports> claimedExports(RunFolder run) throws IOException {
        return ifThere(() -> Exports.read(store, run));
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    /** Empty if this run has not come so far yet. */
    private static <T> Optional<T> ifThere(Reading<T> reading) throws IOException {
        try {
            return Optional.of(reading.read());
        } catch (ObjectMissingException notYet) {
            return Optional.empty();
        }
    }

    private Map<String, Object> planned(
            Request request,
            Map<String, Object> settings,
            Pins pins,
            List<ImportedExport> sources,
            String fingerprint,
            Instant now)
            throws IOException {
        LabelChoice choice = pins.inference.choose();
        List<Chunk.Pinned> pinned = pins.pinned;
        List<Chunk> chunks = Chunk.cut(pinned);
        Plan plan = new Plan(
                request.dataset(), request.execution(), request.executionName(), now, fingerprint, request.force(), settings, choice, pinned, sources, chunks.size());
        RunFolder run = RunFolder.of(request.workBucket(), request.dataset(), request.executionName());
        store.put(run.chunks(), Json.bytes(chunks.stream().map(Chunk::toJson).toList()), Condition.ALWAYS);
        store.put(run.plan(), Json.pretty(plan.toJson()), Condition.ALWAYS);

        Map<String, Object> answer = Answers.of(
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

    /** SHA-256 over one line for each manifest or export (JSON array of URI, ETag, size), the settings, and the version of the rules; of exports also that of the import. */
    private static String fingerprint(List<StoredObject> manifests, Map<String, Object> settings) {
        StringBuilder all = new StringBuilder();
        for (StoredObject manifest : manifests) {
            all.append(line(List.of(manifest.uri().toString(), manifest.eTag(), manifest.size())));
        }
        all.append(line(settings)).append(line(DatasetRules.RULE_SET));
        if (ImportOptions.format(settings) != null) {
            all.append(line(Importer.VERSION));
        }
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
