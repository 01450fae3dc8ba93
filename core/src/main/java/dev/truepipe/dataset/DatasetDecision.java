package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ChunkIndexReader;
import dev.truepipe.manifest.ClassTally;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.FindingTally;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.Severity;
import dev.truepipe.manifest.SourceTally;
import dev.truepipe.split.Hash128;
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
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What becomes of every line of a dataset, and whether it is worth training on.
 *
 * <p>Decided from the chunks' indexes alone: newest label of each object, classes, split, gates, version. The result does not
 * depend on how manifests were cut into chunks. Memory: about 100 bytes an object and one byte a line.
 */
public final class DatasetDecision {
    static final byte[] MAGIC = "TPD1".getBytes(StandardCharsets.US_ASCII);

    private static final int NEAR_FRAMES = 3;
    private static final long FEWEST_NEIGHBOURS = 10;

    private final DecisionInput input;
    private final DatasetRules rules;
    private final NewestLabels newest = new NewestLabels();
    private final long[] lineBases;
    private final byte[][] channels;
    private final FindingTally findings = new FindingTally();
    private final List<Finding> datasetFindings = new ArrayList<>();
    private final List<Gate> gates = new ArrayList<>();

    private long lines;
    private long blank;
    private long quarantined;
    private long negatives;
    private long warnings;

    // What one assignment of sides counts; reset when groups are moved and lines assigned again.
    private ClassTally classes;
    private SortedMap<Integer, Sides> sides;
    private LabelTally labels;
    private SourceTally sources;
    private LineSet[] sets;
    private HashList trainLines;
    private HashList validationLines;
    private long newLabels;
    private long mostAnnotations;
    private long neighbours;
    private long tornNeighbours;

    private final SortedSet<Hash128> floors = new TreeSet<>();
    private final SortedSet<Hash128> kept = new TreeSet<>();
    private CarriedState carried;
    private String version;
    private String holdOut;

    private DatasetDecision(DecisionInput input) {
        this.input = input;
        this.rules = input.rules();
        this.lineBases = new long[input.chunks().size()];
        this.channels = new byte[input.chunks().size()][];
    }

    /**
     * Decides.
     *
     * @throws IOException if an index cannot be read, or is none
     */
    public static DatasetDecision decide(DecisionInput input) throws IOException {
        DatasetDecision decision = new DatasetDecision(input);
        decision.count();
        decision.split();
        decision.judge();
        return decision;
    }

    /** Lines that are not blank. */
    public long lines() {
        return lines;
    }

    public long blank() {
        return blank;
    }

    /** Lines of train and validation together. */
    public long accepted() {
        return train() + validation();
    }

    public long quarantined() {
        return quarantined;
    }

    public long superseded() {
        return sets[Channel.SUPERSEDED.ordinal()].count();
    }

    public long train() {
        return sets[Channel.TRAIN.ordinal()].count();
    }

    public long validation() {
        return sets[Channel.VALIDATION.ordinal()].count();
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
        return classes.annotationsByName();
    }

    /** Hashes of the accepted lines and of the groups in train: {@code lines.idx}. */
    public LineIndex lineIndex() throws IOException {
        HashList groups = new HashList();
        eachInTrain(line -> groups.add(line.groupHigh(), line.groupLow()));
        return new LineIndex(trainLines, validationLines, groups);
    }

    /** First pass: totals, findings, line numbers, and the newest label of each object. */
    private void count() throws IOException {
        long base = 0;
        int manifest = -1;
        for (int c = 0; c < lineBases.length; c++) {
            ManifestChunk chunk = input.chunks().get(c);
            if (chunk.manifestIndex() != manifest) {
                manifest = chunk.manifestIndex();
                base = 0;
            }
            lineBases[c] = base;
            int inChunk = 0;
            try (ChunkIndexReader index = open(c)) {
                for (IndexedLine line = index.next(); line != null; line = index.next()) {
                    inChunk++;
                    if (line.warned()) {
                        warnings++;
                    }
                    for (Finding finding : line.findings()) {
                        findings.add(finding, chunk.manifest(), base + line.number(), line.offset());
                    }
                    if (line.accepted()) {
                        newest.offer(line.keyHigh(), line.keyLow(), line.created(), line.hashHigh(), line.hashLow());
                    } else {
                        quarantined++;
                        negatives += line.negative() ? 1 : 0;
                    }
                }
                lines += inChunk;
                blank += index.blank();
                base += index.numbered();
            }
            channels[c] = new byte[inChunk];
        }
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

    private void split() throws IOException {
        CarriedState previous = input.previous();
        boolean holds = previous != null && previous.holdsFor(rules);
        if (previous != null && !holds) {
            find(FindingCode.CARRIED_STATE_DROPPED, null, String.format(Locale.ROOT,
                    "the last version was split by %s, seed %d, group by %s; this one by %s, seed %d, group by %s: objects change sides; %s",
                    Percentage.text(previous.holdOut().basisPoints()), previous.holdOut().seed(), previous.groupBy(),
                    Percentage.text(rules.holdOut().basisPoints()), rules.holdOut().seed(), rules.groupBy(),
                    FindingCode.CARRIED_STATE_DROPPED.cure()));
        }
        if (holds) {
            floors.addAll(previous.floors());
            kept.addAll(previous.kept());
        }
        assign();
        keepOnlyGroups();
        if (rules.holdOut().basisPoints() > 0 && sides.values().stream().anyMatch(Sides::needsFloor)) {
            SortedSet<Hash128> moved = newFloors(holds);
            if (!moved.isEmpty()) {
                floors.addAll(moved);
                assign();
            }
        }
        carried = new CarriedState(rules.holdOut(), rules.groupBy().toString(), floors, kept,
                classNames(holds ? previous.classes() : new TreeMap<>()));
    }

    /** A class's only group stays in train for good. */
    private void keepOnlyGroups() {
        sides.values().stream().filter(side -> side.validationLines == 0 && side.group != null && !side.severalGroups)
                .forEach(side -> kept.add(side.group));
    }

    /**
     * For each class that is in several groups but in none of the hold-out, its group of lowest hash. Groups that were in
     * train in the version before stay there, and so do those that are the only one of a class.
     */
    private SortedSet<Hash128> newFloors(boolean holds) throws IOException {
        LineIndex before = holds ? previousIndex() : null;
        if (holds && before == null) {
            return new TreeSet<>();
        }
        SortedMap<Integer, Hash128> lowest = new TreeMap<>();
        eachInTrain(line -> {
            for (IndexedLine.ClassUse use : line.classes()) {
                if (use.annotations() > 0 && sides.get(use.id()).needsFloor()) {
                    Hash128 here = new Hash128(line.groupHigh(), line.groupLow());
                    if (!kept.contains(here) && (before == null || !before.hasInTrain(here))) {
                        lowest.merge(use.id(), here, (one, other) -> below(one, other) ? one : other);
                    }
                }
            }
        });
        return new TreeSet<>(lowest.values());
    }

    private LineIndex previousIndex() throws IOException {
        try (InputStream in = input.previousIndex().open()) {
            return in == null ? null : LineIndex.read(in);
        }
    }

    private boolean below(Hash128 one, Hash128 other) {
        int byRank = Long.compareUnsigned(rules.holdOut().rank(one), rules.holdOut().rank(other));
        return byRank != 0 ? byRank < 0 : one.compareTo(other) < 0;
    }

    private void eachInTrain(Consumer<IndexedLine> action) throws IOException {
        for (int c = 0; c < channels.length; c++) {
            int at = 0;
            try (ChunkIndexReader index = open(c)) {
                for (IndexedLine line = index.next(); line != null; line = index.next()) {
                    if (channels[c][at++] == Channel.TRAIN.ordinal()) {
                        action.accept(line);
                    }
                }
            }
        }
    }

    /** Second pass, and a third if it showed a class that the hold-out lacks: a channel for every line. */
    private void assign() throws IOException {
        newest.putBack();
        classes = new ClassTally(rules.labelCategories());
        sides = new TreeMap<>();
        labels = new LabelTally();
        sources = new SourceTally();
        sets = new LineSet[] {new LineSet(), new LineSet(), new LineSet(), new LineSet()};
        trainLines = new HashList();
        validationLines = new HashList();
        newLabels = 0;
        mostAnnotations = 0;
        neighbours = 0;
        tornNeighbours = 0;
        long stem = 0;
        long frame = 0;
        boolean frameHeld = false;
        int manifest = -1;
        for (int c = 0; c < channels.length; c++) {
            ManifestChunk chunk = input.chunks().get(c);
            if (chunk.manifestIndex() != manifest) {
                manifest = chunk.manifestIndex();
                stem = 0;
            }
            int at = 0;
            try (ChunkIndexReader index = open(c)) {
                for (IndexedLine line = index.next(); line != null; line = index.next()) {
                    Channel channel = channel(line);
                    channels[c][at++] = (byte) channel.ordinal();
                    sets[channel.ordinal()].add(line.hashHigh(), line.hashLow());
                    if (channel != Channel.TRAIN && channel != Channel.VALIDATION) {
                        continue;
                    }
                    boolean held = channel == Channel.VALIDATION;
                    (held ? validationLines : trainLines).add(line.hashHigh(), line.hashLow());
                    labels.add(line.label());
                    sources.add(line.sourceRef(), line.source());
                    if (input.judged() == null || !input.judged().contains(line.hashHigh(), line.hashLow())) {
                        newLabels++;
                    }
                    long annotations = 0;
                    for (IndexedLine.ClassUse use : line.classes()) {
                        annotations += use.annotations();
                        classes.add(use.id(), use.name(), use.annotations(), chunk.manifest(), lineBases[c] + line.number());
                        if (use.annotations() > 0) {
                            sides.computeIfAbsent(use.id(), id -> new Sides()).add(line, use.annotations(), held);
                        }
                    }
                    mostAnnotations = Math.max(mostAnnotations, annotations);
                    if (line.stem() != 0 && line.stem() == stem) {
                        long step = Math.abs(line.frame() - frame);
                        if (step > 0 && step <= NEAR_FRAMES) {
                            neighbours++;
                            tornNeighbours += held == frameHeld ? 0 : 1;
                        }
                    }
                    stem = line.stem();
                    frame = line.frame();
                    frameHeld = held;
                }
            }
        }
    }

    private Channel channel(IndexedLine line) {
        if (!line.accepted()) {
            return Channel.QUARANTINE;
        }
        if (!newest.take(line.keyHigh(), line.keyLow(), line.created(), line.hashHigh(), line.hashLow())) {
            return Channel.SUPERSEDED;
        }
        Hash128 group = new Hash128(line.groupHigh(), line.groupLow());
        return rules.holdOut().holds(group) || floors.contains(group) ? Channel.VALIDATION : Channel.TRAIN;
    }

    /** Names of this version's classes, and of carried ones that it does not contradict. */
    private SortedMap<Integer, String> classNames(SortedMap<Integer, String> before) {
        SortedMap<Integer, String> names = new TreeMap<>(classes.names());
        for (int id = 0; id < rules.labelCategories().size(); id++) {
            names.putIfAbsent(id, rules.labelCategories().get(id));
        }
        before.forEach((id, name) -> {
            if (!names.containsValue(name)) {
                names.putIfAbsent(id, name);
            }
        });
        return names;
    }

    private void judge() {
        String label = input.choice().labelAttribute();
        if (lines == 0) {
            find(FindingCode.EMPTY_MANIFEST, null, "no line in " + (input.manifests().size() == 1
                    ? input.manifests().getFirst().name() : input.manifests().size() + " manifests") + "; " + FindingCode.EMPTY_MANIFEST.cure());
        }
        labels.differences(input.choice()).forEach(this::find);
        sources.differences().forEach(this::find);
        classes.conflicts(label).forEach(this::find);
        classes.outsideCategories(label).forEach(this::find);
        if (rules.labelCategories().isEmpty()) {
            // Of all classes that training makes room for, those of earlier versions too.
            ClassTally.gaps(label, carried.classes()).forEach(this::find);
        }
        SortedSet<String> allNames = classes.allNames();
        allNames.addAll(carried.classes().values());
        ClassTally.similar(label, allNames).forEach(this::find);
        SortedMap<Integer, String> names = classes.names();
        sides.forEach((id, side) -> side.finding(names.get(id), rules.holdOut().basisPoints() > 0).ifPresent(warning ->
                find(warning.code(), label, warning.message())));
        if (tornNeighbours > 0 && neighbours >= Math.max(FEWEST_NEIGHBOURS, accepted() / 5)) {
            find(FindingCode.POSSIBLE_SEQUENCE_LEAK, "source-ref",
                    String.format(Locale.ROOT,
                            "%d of %d neighbouring lines with consecutive numbers in their names lie on different sides of the split; if they are frames of one recording, validation knows what training saw; %s",
                            tornNeighbours, neighbours, FindingCode.POSSIBLE_SEQUENCE_LEAK.cure()));
        }
        for (Finding finding : datasetFindings) {
            findings.add(finding, null, 0, 0);
            if (finding.severity() == Severity.QUARANTINE) {
                gates.add(new Gate(finding.code().code(), finding.message()));
            }
        }
        gates(names);
        holdOut = Sha256.hex(("truepipe-hold-out-1\n" + set(Channel.VALIDATION) + classLines()).getBytes(StandardCharsets.UTF_8));
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
            gates.add(new Gate("train-empty", "none of " + accepted() + " accepted lines is left for training; label more objects, or lower the validation share"));
        }
        if (lines > 0 && validation() == 0) {
            gates.add(new Gate("validation-empty", "none of " + accepted()
                    + " accepted lines is in the hold-out; label more objects, raise the validation share, or group more finely"));
        }
        if (rules.minPerClass() > 0) {
            List<String> few = new ArrayList<>();
            SortedMap<Integer, String> all = new TreeMap<>(names);
            for (int id = 0; id < rules.labelCategories().size(); id++) {
                all.putIfAbsent(id, rules.labelCategories().get(id));
            }
            all.forEach((id, name) -> {
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

    private String set(Channel channel) {
        return channel.word() + " " + sets[channel.ordinal()] + "\n";
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
        for (Channel channel : Channel.values()) {
            text.append(set(channel));
        }
        text.append("split ").append(rules.holdOut().basisPoints()).append(' ').append(rules.holdOut().seed()).append(' ')
                .append(Json.text(rules.groupBy().toString())).append('\n');
        carried.floors().forEach(group -> text.append("floor ").append(group).append('\n'));
        carried.kept().forEach(group -> text.append("kept ").append(group).append('\n'));
        return text.append(classLines()).toString();
    }

    /**
     * Writes what {@link ChunkWriter} needs to know of a chunk: four bytes {@code TPD1}; the number of lines before the chunk
     * in its manifest; the findings on the dataset, as {@code findings.jsonl} has them, with the first chunk only; the number
     * of its lines; a byte for each, the {@link Channel}'s ordinal. The stream is flushed, not closed.
     */
    public void writeChunk(int chunk, OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.write(MAGIC);
        data.writeLong(lineBases[chunk]);
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        if (chunk == 0) {
            for (Finding finding : datasetFindings) {
                texts.writeBytes(finding.toJsonLine(null, 0, 0));
            }
        }
        data.writeInt(texts.size());
        texts.writeTo(data);
        data.writeInt(channels[chunk].length);
        data.write(channels[chunk]);
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
        json.put("sourceAttribute", sources.attribute(input.choice().task()));
        json.put("lines", lines);
        json.put("blank", blank);
        json.put("accepted", accepted());
        json.put("quarantined", quarantined);
        json.put("superseded", superseded());
        json.put("train", train());
        json.put("validation", validation());
        json.put("warnings", warnings);
        json.put("newLabels", newLabels);
        json.put("classes", classesJson());
        json.put("classCount", classCount());
        json.put("classGaps", rules.labelCategories().isEmpty() ? ClassTally.gapIds(carried.classes()) : List.of());
        json.put("mostAnnotations", mostAnnotations);
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
            Sides side = sides.getOrDefault(id, new Sides());
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("id", (long) id);
            one.put("annotations", classes.annotations(id));
            one.put("trainLines", side.trainLines);
            one.put("validationLines", side.validationLines);
            json.putIfAbsent(name, one);
        });
        return json;
    }

    /** One class on both sides of the split. */
    private static final class Sides {
        private long trainLines;
        private long validationLines;
        private Hash128 group;
        private boolean severalGroups;

        void add(IndexedLine line, int annotations, boolean held) {
            if (held) {
                validationLines++;
            } else {
                trainLines++;
            }
            Hash128 here = new Hash128(line.groupHigh(), line.groupLow());
            if (group == null) {
                group = here;
            } else if (!group.equals(here)) {
                severalGroups = true;
            }
        }

        boolean needsFloor() {
            return validationLines == 0 && severalGroups;
        }

        java.util.Optional<Finding> finding(String name, boolean holdsOut) {
            if (holdsOut && validationLines == 0) {
                FindingCode code = FindingCode.CLASS_IN_ONE_GROUP;
                return java.util.Optional.of(new Finding(code, code.severity(), null, severalGroups
                        ? "class \"" + name + "\" is only in groups that must stay in train (they were there before, or are the only one of another class),"
                                + " so validation never sees it; " + code.cure()
                        : "class \"" + name + "\" is in one group only, which stays in train, so validation never sees it; " + code.cure()));
            }
            if (trainLines == 0) {
                FindingCode code = FindingCode.CLASS_ONLY_IN_VALIDATION;
                return java.util.Optional.of(new Finding(code, code.severity(), null,
                        "class \"" + name + "\" is in the hold-out only, so training never sees it; " + code.cure()));
            }
            return java.util.Optional.empty();
        }
    }
}
