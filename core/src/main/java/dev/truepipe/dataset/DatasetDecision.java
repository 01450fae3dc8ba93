package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ChunkIndexReader;
import dev.truepipe.manifest.ClassNames;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.FindingLines;
import dev.truepipe.manifest.FindingTally;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.Reconciliation;
import dev.truepipe.manifest.Severity;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import dev.truepipe.split.Percentage;
import dev.truepipe.split.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * What becomes of every line of a dataset, and whether it is worth training on.
 *
 * <p>Decided from the chunks' indexes alone: newest label of each object, classes, split, gates, version. The result does not
 * depend on how manifests were cut into chunks. Memory: 17 bytes a line, 25 where lines are grouped, and
 * about 60 for each object that is on several lines.
 */
public final class DatasetDecision {
    static final byte[] MAGIC = "TPD2".getBytes(StandardCharsets.US_ASCII);

    private final DecisionInput input;
    private final DatasetRules rules;
    private final CarriedState previous;
    private final long[] lineBases;
    private final ChannelList[] channels;
    private final FindingTally findings = new FindingTally();
    private final List<Finding> datasetFindings = new ArrayList<>();
    private final List<Gate> gates = new ArrayList<>();

    private int chunk = -1;
    private long lines;
    private long blank;
    private long quarantined;
    private long negatives;
    private long warnings;

    private Assignment assignment;
    private boolean asTaken = true;
    /** Objects that are on several lines; of the others the one line counts. */
    private LongSet contested = new LongSet(new long[0]);
    private final NewestLabels newest = new NewestLabels();
    /** Whether the lines at hand are of the user's own hold-out; their groups go with them. */
    private boolean own;
    private final LongList ownGroups = new LongList();
    private LongSet heldGroups = new LongSet(new long[0]);
    private final SortedSet<Hash128> floors = new TreeSet<>();
    private final SortedSet<Hash128> kept = new TreeSet<>();
    private CarriedState carried;
    private SplicedJobs spliced = SplicedJobs.none();
    private String version;
    private String holdOut;

    /** A decision that has yet to be told of any line: {@link DecisionInProgress}. */
    DatasetDecision(DecisionInput input) {
        this.input = input;
        this.rules = input.rules();
        this.lineBases = new long[input.chunks().size()];
        this.channels = new ChannelList[input.chunks().size()];
        boolean holds = input.previous() != null && input.previous().holdsFor(rules);
        this.previous = holds ? input.previous() : null;
        if (input.previous() != null && !holds) {
            dropped(input.previous());
        }
        if (holds) {
            floors.addAll(previous.floors());
            kept.addAll(previous.kept());
        }
        assignment = assignment();
    }

    private Assignment assignment() {
        return new Assignment(input, previous != null ? previous.classes() : new TreeMap<>());
    }

    /**
     * Decides, from the indexes of all chunks.
     *
     * @throws IOException if an index cannot be read, or is none
     */
    public static DatasetDecision decide(DecisionInput input) throws IOException {
        DatasetDecision decision = new DatasetDecision(input);
        for (int c = 0; c < decision.channels.length; c++) {
            decision.begin(c);
            try (ChunkIndexReader index = decision.open(c)) {
                for (IndexedLine line = index.next(); line != null; line = index.next()) {
                    decision.take(line);
                }
                decision.end(index.blank(), index.numbered());
            }
        }
        decision.finish();
        return decision;
    }

    // First pass: each line is counted, and assigned as if no object were on two lines and no group had to move

    void begin(int chunk) {
        this.chunk = chunk;
        if (chunk == 0 || input.chunks().get(chunk).manifestIndex() != input.chunks().get(chunk - 1).manifestIndex()) {
            lineBases[chunk] = 0;
            if (ownGroups.size() > 0) {
                heldGroups = new LongSet(LongList.distinct(ownGroups.takeSorted()));
            }
        }
        own = input.isOwnHoldOut(chunk);
        channels[chunk] = new ChannelList();
    }

    /** @return the line's channel, unless {@link #asTaken} says in the end that some changed */
    Channel take(IndexedLine line) {
        String manifest = input.chunks().get(chunk).manifest();
        long number = numberInManifest(line);
        lines++;
        if (line.warned()) {
            warnings++;
        }
        for (Finding finding : line.findings()) {
            findings.add(finding, manifest, number, line.offset());
        }
        if (!line.accepted()) {
            quarantined++;
            negatives += line.negative() ? 1 : 0;
        }
        if (own && line.accepted()) {
            ownGroups.add(line.groupHigh());
        }
        return assign(line, channels[chunk], manifest, number);
    }

    long numberInManifest(IndexedLine line) {
        return lineBases[chunk] + line.number();
    }

    /** @param numbered lines of the chunk, blank ones included */
    void end(long blankLines, long numbered) {
        blank += blankLines;
        if (chunk + 1 < lineBases.length) {
            lineBases[chunk + 1] = lineBases[chunk] + numbered;
        }
    }

    /** When all lines are in. */
    void finish() throws IOException {
        contested = new LongSet(assignment.repeatedObjects());
        if (!contested.isEmpty()) {
            eachLine((line, channel, manifest) -> {
                if (line.accepted() && contested.contains(line.keyHigh())) {
                    newest.offer(line.keyHigh(), line.keyLow(), own, line.created(), line.hashHigh(), line.hashLow());
                }
            });
            assignAgain();
        }
        split();
        splice();
        judge();
    }

    /** Whether every line is in the channel that {@link #take} said. */
    boolean asTaken() {
        return asTaken;
    }

    /** Lines that are not blank. */
    public long lines() {
        return lines;
    }

    public long blank() {
        return blank;
    }

    /** Lines of train, validation and test together. */
    public long accepted() {
        return train() + validation() + test();
    }

    public long quarantined() {
        return quarantined;
    }

    public long superseded() {
        return assignment.count(Channel.SUPERSEDED);
    }

    public long train() {
        return assignment.count(Channel.TRAIN);
    }

    public long validation() {
        return assignment.count(Channel.VALIDATION);
    }

    public long test() {
        return assignment.count(Channel.TEST);
    }

    /** Whether the version has a test channel. */
    public boolean hasTest() {
        return rules.holdOut().tests();
    }

    /** Lines with a warning, whatever became of them. */
    public long warnings() {
        return warnings;
    }

    /** 64 hexadecimal digits; equal for equal content. */
    public String version() {
        return version;
    }

    /** All findings, those on the dataset included. */
    public FindingTally findings() {
        return findings;
    }

    /** Findings on the dataset as a whole. */
    public List<Finding> datasetFindings() {
        return List.copyOf(datasetFindings);
    }

    /** What keeps the dataset from being trained on; empty: it is worth training. */
    public List<Gate> gates() {
        return List.copyOf(gates);
    }

    /** Accepted annotations by class name. */
    public Map<String, Object> classes() {
        return assignment.reconciliation().annotationsByName();
    }

    /** Hashes of the accepted lines and of the groups in train: {@code lines.idx}. */
    public LineIndex lineIndex() {
        return assignment.lineIndex();
    }

    private ChunkIndexReader open(int chunk) throws IOException {
        InputStream in = input.indexes().open(chunk);
        try {
            return new ChunkIndexReader(in);
        } catch (IOException e) {
            in.close();
            throw new IOException("index of chunk " + chunk + ": " + e.getMessage(), e);
        }
    }

    private void dropped(CarriedState before) {
        find(FindingCode.CARRIED_STATE_DROPPED, null, String.format(Locale.ROOT,
                "the last version was split by %s, seed %d, group by %s; this one by %s, seed %d, group by %s: objects change sides; %s",
                before.holdOut().words(), before.holdOut().seed(), before.groupBy(),
                rules.holdOut().words(), rules.holdOut().seed(), rules.groupBy(),
                FindingCode.CARRIED_STATE_DROPPED.cure()));
    }

    private void split() throws IOException {
        // The user's own hold-out is what it is: nothing moves into it, and so nothing need be kept out of it.
        if (rules.holdOut().manifest() == null) {
            keepOnlyGroups();
        }
        if (rules.holdOut().basisPoints() > 0 && assignment.sides().values().stream().anyMatch(Sides::needsFloor)) {
            SortedSet<Hash128> moved = newFloors();
            if (!moved.isEmpty()) {
                floors.addAll(moved);
                assignAgain();
            }
        }
        carried = new CarriedState(rules.holdOut(), rules.groupBy().toString(), floors, kept,
                assignment.reconciliation().names());
    }

    /** Where the jobs' labels can be made one and some must be rewritten for it, counts the lines. */
    private void splice() throws IOException {
        if (assignment.labels().differences(input.choice()).isEmpty() && assignment.reconciliation().conflicts().isEmpty()) {
            spliced = SplicedJobs.of(input.choice().labelAttribute(), assignment.labels(), assignment.reconciliation());
        }
        if (!spliced.isEmpty()) {
            asTaken = false;
            eachLine((line, channel, manifest) -> {
                if (channel.used()) {
                    spliced.count(line, manifest);
                }
            });
        }
    }

    /** A class's only group stays in train for good. */
    private void keepOnlyGroups() {
        assignment.sides().values().forEach(side -> side.onlyGroupInTrain().ifPresent(kept::add));
    }

    /**
     * For each class that is in several groups but in none of the hold-out, a group: {@link Floors}. Groups that were in train in
     * the version before stay there, and so do those that are the last of any class.
     */
    private SortedSet<Hash128> newFloors() throws IOException {
        LineIndex before = previous != null ? input.previousIndex().read() : null;
        if (previous != null && before == null) {
            return new TreeSet<>();
        }
        SortedMap<Integer, Sides> sides = assignment.sides();
        Floors chosen = new Floors(this::byRank);
        eachTrainClass((id, group) -> chosen.offer(id, group,
                sides.get(id).needsFloor() && !kept.contains(group) && (before == null || !before.hasInTrain(group))));
        if (chosen.isEmpty()) {
            return new TreeSet<>();
        }
        eachTrainClass(chosen::hold);
        return chosen.choose();
    }

    /** Every class with annotations on a line of train, with the line's group. */
    private void eachTrainClass(BiConsumer<Integer, Hash128> action) throws IOException {
        eachLine((line, channel, manifest) -> {
            if (channel == Channel.TRAIN && line.classCount() > 0) {
                Hash128 group = new Hash128(line.groupHigh(), line.groupLow());
                for (int i = 0; i < line.classCount(); i++) {
                    if (line.annotations(i) > 0) {
                        action.accept(assignment.classId(line, i, manifest), group);
                    }
                }
            }
        });
    }

    private int byRank(Hash128 one, Hash128 other) {
        int byRank = Long.compareUnsigned(rules.holdOut().rank(one), rules.holdOut().rank(other));
        return byRank != 0 ? byRank : one.compareTo(other);
    }

    /** Hears of every line in order, of its channel so far, and of its manifest. */
    private interface LineAction {
        void line(IndexedLine line, Channel channel, String manifest);
    }

    private void eachLine(LineAction action) throws IOException {
        for (int c = 0; c < channels.length; c++) {
            int at = 0;
            own = input.isOwnHoldOut(c);
            try (ChunkIndexReader index = open(c)) {
                for (IndexedLine line = index.next(); line != null; line = index.next()) {
                    action.line(line, channels[c].get(at++), input.chunks().get(c).manifest());
                }
            }
        }
    }

    /** A channel for every line, now that more is known. */
    private void assignAgain() throws IOException {
        asTaken = false;
        newest.putBack();
        assignment = assignment();
        for (int c = 0; c < channels.length; c++) {
            own = input.isOwnHoldOut(c);
            String manifest = input.chunks().get(c).manifest();
            channels[c].clear();
            try (ChunkIndexReader index = open(c)) {
                for (IndexedLine line = index.next(); line != null; line = index.next()) {
                    assign(line, channels[c], manifest, lineBases[c] + line.number());
                }
            }
        }
    }

    private Channel assign(IndexedLine line, ChannelList into, String manifest, long number) {
        Channel channel = channel(line);
        into.add(channel);
        assignment.add(line, channel, manifest, number);
        return channel;
    }

    private Channel channel(IndexedLine line) {
        if (!line.accepted()) {
            return Channel.QUARANTINE;
        }
        if (contested.contains(line.keyHigh())
                && !newest.take(line.keyHigh(), line.keyLow(), own, line.created(), line.hashHigh(), line.hashLow())) {
            return Channel.SUPERSEDED;
        }
        if (own || heldGroups.contains(line.groupHigh())) {
            return Channel.VALIDATION;
        }
        HoldOut holdOut = rules.holdOut();
        int place = holdOut.place(line.groupHigh(), line.groupLow());
        if (holdOut.isValidation(place) || !floors.isEmpty() && floors.contains(new Hash128(line.groupHigh(), line.groupLow()))) {
            return Channel.VALIDATION;
        }
        return holdOut.isTest(place) ? Channel.TEST : Channel.TRAIN;
    }

    private void judge() {
        String label = input.choice().labelAttribute();
        if (lines == 0) {
            find(FindingCode.EMPTY_MANIFEST, null, "no line in " + (input.manifests().size() == 1
                    ? input.manifests().getFirst().name() : input.manifests().size() + " manifests") + "; " + FindingCode.EMPTY_MANIFEST.cure());
        }
        Reconciliation classes = assignment.reconciliation();
        assignment.labels().differences(input.choice()).forEach(this::find);
        assignment.sources().differences().forEach(this::find);
        classes.conflicts().forEach(this::find);
        if (rules.labelCategories().isEmpty()) {
            // Of all classes that training makes room for, those of earlier versions too.
            ClassNames.gaps(label, carried.classes()).forEach(this::find);
        }
        ClassNames.similar(label, classes.allNames()).forEach(this::find);
        SortedMap<Integer, String> names = classes.namesOnLines();
        names.forEach((id, name) -> Optional.ofNullable(assignment.sides().get(id))
                .flatMap(side -> side.finding(name, rules.holdOut()))
                .ifPresent(warning -> find(warning.code(), label, warning.message())));
        assignment.sequenceLeak().ifPresent(this::find);
        for (Finding finding : datasetFindings) {
            findings.add(finding, null, 0, 0);
            if (finding.severity() == Severity.QUARANTINE) {
                gates.add(new Gate(finding.code().code(), finding.message()));
            }
        }
        gates(names);
        holdOut = Sha256.hex(("truepipe-hold-out-1\n" + assignment.set(Channel.VALIDATION) + classLines()).getBytes(StandardCharsets.UTF_8));
        version = Sha256.hex(versionText().getBytes(StandardCharsets.UTF_8));
    }

    private void gates(SortedMap<Integer, String> names) {
        long counted = quarantined - negatives;
        if (lines > 0 && counted * 10_000 > lines * rules.maxQuarantinedBasisPoints()) {
            gates.add(new Gate("maxQuarantined", String.format(Locale.ROOT,
                    "%d of %d lines are quarantined (%.2f%%), more than %s; see the findings, mend the lines, or raise maxQuarantined",
                    counted, lines, 100.0 * counted / lines, Percentage.text(rules.maxQuarantinedBasisPoints()))));
        }
        if (lines > 0 && train() == 0) {
            gates.add(new Gate("train-empty", "none of " + accepted() + " accepted lines is left for training; label more objects, or hold out fewer"));
        }
        if (lines > 0 && validation() == 0) {
            String own = rules.holdOut().manifest();
            gates.add(new Gate("validation-empty", own != null ? "no line of the hold-out " + own + " is accepted; see the findings, and mend its lines"
                    : "none of " + accepted() + " accepted lines is in the hold-out; label more objects, raise the validation share, or group more finely"));
        }
        if (rules.minPerClass() > 0) {
            List<String> few = new ArrayList<>();
            SortedMap<Integer, String> all = new TreeMap<>(names);
            for (int id = 0; id < rules.labelCategories().size(); id++) {
                all.putIfAbsent(id, rules.labelCategories().get(id));
            }
            all.forEach((id, name) -> {
                Reconciliation classes = assignment.reconciliation();
                boolean wanted = classes.annotations(id) > 0 || id < rules.labelCategories().size();
                if (wanted && classes.lines(id) < rules.minPerClass()) {
                    few.add("\"" + name + "\" (" + classes.lines(id) + ")");
                }
            });
            if (!few.isEmpty()) {
                gates.add(new Gate("minPerClass", "on fewer than " + rules.minPerClass() + " accepted lines: "
                        + String.join(", ", few.subList(0, Math.min(10, few.size()))) + (few.size() > 10 ? " and " + (few.size() - 10) + " more" : "")
                        + "; label more of them, or lower minPerClass"));
            }
        }
        long newLabels = assignment.newLabels();
        if (rules.minNewLabels() > newLabels) {
            gates.add(new Gate("minNewLabels", String.format(Locale.ROOT,
                    "%d accepted lines are new since the last judged version, fewer than %d%s; label more, or lower minNewLabels",
                    newLabels, rules.minNewLabels(), newLabels == 0 ? ", and a changed setting alone trains nothing" : "")));
        }
    }

    private void find(FindingCode code, String attribute, String message) {
        find(new Finding(code, code.severity(), attribute, message));
    }

    private void find(Finding finding) {
        datasetFindings.add(finding);
    }

    private String classLines() {
        StringBuilder text = new StringBuilder();
        carried.classes().forEach((id, name) -> text.append("class ").append(id).append(' ').append(Json.text(name)).append('\n'));
        return text.toString();
    }

    /** What the version is the SHA-256 of; the layout is published in {@code docs/interpretation.md}. */
    private String versionText() {
        StringBuilder text = new StringBuilder("truepipe-version-1\nrules " + DatasetRules.RULE_SET + "\n");
        text.append("task ").append(Json.text(input.choice().task() == null ? null : input.choice().task().name())).append('\n');
        text.append("label ").append(Json.text(input.choice().labelAttribute())).append('\n');
        for (Channel channel : rules.channels()) {
            text.append(assignment.set(channel));
        }
        HoldOut split = rules.holdOut();
        text.append("split ").append(split.manifest() == null ? split.basisPoints() : "own").append(' ').append(split.seed()).append(' ')
                .append(Json.text(rules.groupBy().toString())).append('\n');
        if (split.tests()) {
            text.append("split-test ").append(split.testBasisPoints()).append('\n');
        }
        carried.floors().forEach(group -> text.append("floor ").append(group).append('\n'));
        carried.kept().forEach(group -> text.append("kept ").append(group).append('\n'));
        return text.append(classLines()).append(spliced.versionText()).toString();
    }

    /**
     * Writes what {@link ChunkWriter} needs to know of a chunk: four bytes {@code TPD2}; the number of lines before the chunk
     * in its manifest; the findings on the dataset, as {@code findings.jsonl} has them, with the first chunk only; the
     * {@link SplicedJobs}; the number of its lines; a byte for each, the {@link Channel}'s ordinal. The stream is flushed, not
     * closed.
     */
    public void writeChunk(int chunk, OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.write(MAGIC);
        data.writeLong(lineBases[chunk]);
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        if (chunk == 0) {
            FindingLines written = new FindingLines(texts);
            for (Finding finding : datasetFindings) {
                written.write(finding, null);
            }
        }
        data.writeInt(texts.size());
        texts.writeTo(data);
        spliced.write(input.chunks().get(chunk).manifest(), data);
        channels[chunk].write(data);
        data.flush();
    }

    /** The content of {@code dataset.json}; {@link DatasetDocument} reads it. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", DatasetDocument.FORMAT);
        json.put("version", version);
        json.put("ruleSet", (long) DatasetRules.RULE_SET);
        json.put("task", input.choice().task() == null ? null : input.choice().task().name());
        json.put("labelAttribute", input.choice().labelAttribute());
        json.put("inference", input.choice().basis().toJson());
        json.put("sourceAttribute", assignment.sources().attribute(input.choice().task()));
        json.put("lines", lines);
        json.put("blank", blank);
        json.put("accepted", accepted());
        json.put("quarantined", quarantined);
        json.put("superseded", superseded());
        json.put("train", train());
        json.put("validation", validation());
        json.put("test", test());
        json.put("warnings", warnings);
        json.put("newLabels", assignment.newLabels());
        json.put("classes", classesJson());
        json.put("classCount", classCount());
        json.put("classGaps", rules.labelCategories().isEmpty() ? ClassNames.gapIds(carried.classes()) : List.of());
        json.put("mostAnnotations", assignment.mostAnnotations());
        json.put("reconciled", spliced.toJson());
        json.put("findings", findings.toJson());
        List<Object> ofDataset = new ArrayList<>();
        datasetFindings.forEach(finding -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("code", finding.code().code());
            one.put("severity", finding.severity().word());
            one.put("message", finding.message());
            ofDataset.add(one);
        });
        json.put("datasetFindings", ofDataset);
        json.put("gates", gates.stream().map(Gate::toJson).toList());
        json.put("split", carried.splitJson());
        json.put("carried", carried.carriedJson());
        json.put("holdOut", holdOut);
        json.put("manifests", input.manifests().stream().map(ManifestFile::toJson).toList());
        return json;
    }

    private long classCount() {
        if (!rules.labelCategories().isEmpty()) {
            return rules.labelCategories().size();
        }
        return carried.classes().isEmpty() ? 0 : carried.classes().lastKey() + 1L;
    }

    private Map<String, Object> classesJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        carried.classes().forEach((id, name) -> {
            Sides side = assignment.sides().getOrDefault(id, new Sides());
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("id", (long) id);
            one.put("annotations", assignment.reconciliation().annotations(id));
            one.put("trainLines", side.trainLines());
            one.put("validationLines", side.validationLines());
            one.put("testLines", side.testLines());
            json.putIfAbsent(name, one);
        });
        return json;
    }
}
