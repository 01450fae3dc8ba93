package dev.truepipe.run;

import dev.truepipe.dataset.DatasetDocument;
import dev.truepipe.json.Json;
import dev.truepipe.report.DataReportContent;
import dev.truepipe.report.DataReportContent.Counts;
import dev.truepipe.report.DataReportContent.Example;
import dev.truepipe.report.DataReportContent.Finding;
import dev.truepipe.report.DataReportContent.LabelClass;
import dev.truepipe.report.DataReportContent.Severity;
import dev.truepipe.report.DataReportContent.Split;
import dev.truepipe.report.Link;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.TrainingFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What DecideDataset decided: all that sealing, training and the reports need to know, without the lines.
 *
 * @param version of the dataset as decided
 * @param latestETag ETag of {@code latest.json} whose version was carried over; {@code null} if there was none
 * @param counts what became of the lines
 * @param facts what training needs to know; {@code null} where no task could be inferred
 * @param holdOut hash of the validation lines and the class map
 * @param why the gate that is not met; {@code null} if all are
 * @param findings by code
 * @param classes by id
 * @param split how the lines were divided
 * @param document the content of {@code dataset.json}
 */
record Decision(
        String version,
        String latestETag,
        Counts counts,
        TrainingFacts facts,
        String holdOut,
        Why why,
        List<Finding> findings,
        List<LabelClass> classes,
        Split split,
        Map<String, Object> document) {
    static final String FORMAT = "truepipe-decision-2";
    /** In {@code dataset.json}: the exports that its manifests were made of; absent where labels come as manifests. */
    static final String SOURCES = "sources";
    private static final int MOST_SOURCES_TOLD = 5;

    /**
     * Why a run trains nothing.
     *
     * @param gate its name as in the settings, a brake's too, or the code of a finding about the whole dataset
     * @param message numbers, and what to do
     */
    record Why(String gate, String message) {
        /** {@code {"gate":…,"message":…}}. */
        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("gate", gate);
            json.put("message", message);
            return json;
        }
    }

    static Decision read(ObjectStore store, RunFolder run) throws IOException {
        return fromJson(StoredJson.readObject(store, run.decision()));
    }

    /** What the report of the data shows. @param folder where the files of this version lie, ending in {@code /} */
    DataReportContent report(Plan plan, S3Uri folder, List<String> files) {
        List<DataReportContent.Manifest> manifests = plan.manifests().stream()
                .map(manifest -> new DataReportContent.Manifest(
                        manifest.object().uri().toString(), manifest.object().eTag(), manifest.object().size()))
                .toList();
        // A cloud of this machine ends, its buckets with it: there, names alone tell where files lie.
        Function<String, String> place = file -> Console.of(plan.execution()).exists() ? folder.resolve(file).toString() : file;
        List<Link> links = files.stream().map(file -> new Link(file, place.apply(file))).toList();
        return new DataReportContent(
                plan.dataset(),
                version,
                Words.time(plan.plannedAt()),
                facts == null ? null : facts.task(),
                facts == null ? null : facts.labelAttribute(),
                manifests,
                counts,
                findings,
                classes,
                reconciled().orElse(null),
                split,
                place.apply("findings.jsonl"),
                links,
                List.of());
    }

    /** What the manifests were made of, a sentence each; of many the first few. */
    List<String> imported() {
        List<Object> sources = document.get(SOURCES) == null ? List.of() : Fields.array(document, SOURCES);
        List<String> sentences = new ArrayList<>(
                sources.stream().limit(MOST_SOURCES_TOLD).map(source -> ImportedExport.fromJson(Json.object(source)).sentence()).toList());
        if (sources.size() > MOST_SOURCES_TOLD) {
            sentences.add("and " + Words.count(sources.size() - MOST_SOURCES_TOLD, "export") + " more, in dataset.json");
        }
        return sentences;
    }

    /** How labeling jobs that did not agree were made one, in a sentence; empty if no line was rewritten. */
    Optional<String> reconciled() {
        return new DatasetDocument(document).reconciled().map(Words::bounded);
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("version", version);
        json.put("latestETag", latestETag);
        Map<String, Object> countsJson = new LinkedHashMap<>();
        countsJson.put("lines", counts.lines());
        countsJson.put("blank", counts.blank());
        countsJson.put("accepted", counts.accepted());
        countsJson.put("quarantined", counts.quarantined());
        countsJson.put("superseded", counts.superseded());
        countsJson.put("train", counts.train());
        countsJson.put("validation", counts.validation());
        countsJson.put("test", counts.test());
        json.put("counts", countsJson);
        json.put("facts", facts == null ? null : factsJson());
        json.put("holdOut", holdOut);
        json.put("why", why == null ? null : why.toJson());
        json.put("findings", findings.stream().map(Decision::findingJson).toList());
        json.put("classes", classes.stream().map(Decision::classJson).toList());
        Map<String, Object> splitJson = new LinkedHashMap<>();
        splitJson.put("validation", split.validation());
        splitJson.put("test", split.test());
        splitJson.put("groupBy", split.groupBy());
        splitJson.put("seed", split.seed());
        splitJson.put("previousVersion", split.previousVersion());
        splitJson.put("floorGroups", split.floorGroups());
        splitJson.put("note", split.note());
        json.put("split", splitJson);
        json.put("document", document);
        return json;
    }

    private Map<String, Object> factsJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", facts.task());
        json.put("sourceAttribute", facts.sourceAttribute());
        json.put("labelAttribute", facts.labelAttribute());
        json.put("multiLabel", facts.multiLabel());
        json.put("classes", facts.classes());
        json.put("mostBoxes", facts.mostBoxes());
        return json;
    }

    private static Map<String, Object> findingJson(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("code", finding.code());
        json.put("severity", finding.severity().name());
        json.put("count", finding.count());
        List<Object> examples = new ArrayList<>();
        for (Example example : finding.examples()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("manifest", example.manifest());
            one.put("line", example.line());
            one.put("byte", example.byteOffset());
            one.put("message", example.message());
            examples.add(one);
        }
        json.put("examples", examples);
        return json;
    }

    private static Map<String, Object> classJson(LabelClass one) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", one.id());
        json.put("name", one.name());
        json.put("train", one.trainAnnotations());
        json.put("validation", one.validationAnnotations());
        json.put("test", one.testAnnotations());
        json.put("lines", one.lines());
        return json;
    }

    static Decision fromJson(Map<String, Object> json) {
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("the run's decision has format " + json.get("format") + ", this version reads "
                    + FORMAT + "; deploy state machine and functions together and trigger the dataset again");
        }
        String version = Fields.text(json, "version");
        Map<String, Object> c = Fields.object(json, "counts");
        Counts counts = new Counts(
                Fields.whole(c, "lines"),
                Fields.whole(c, "blank"),
                Fields.whole(c, "accepted"),
                Fields.whole(c, "quarantined"),
                Fields.whole(c, "superseded"),
                Fields.whole(c, "train"),
                Fields.whole(c, "validation"),
                Fields.wholeOr(c, "test", 0));
        String holdOut = Fields.text(json, "holdOut");
        Map<String, Object> f = Fields.objectOrNull(json, "facts");
        TrainingFacts facts = f == null
                ? null
                : new TrainingFacts(
                        version,
                        Fields.text(f, "task"),
                        Fields.textOrNull(f, "sourceAttribute"),
                        Fields.text(f, "labelAttribute"),
                        Fields.truth(f, "multiLabel"),
                        counts.train(),
                        counts.validation(),
                        Fields.whole(f, "classes"),
                        Fields.whole(f, "mostBoxes"));
        Map<String, Object> w = Fields.objectOrNull(json, "why");
        Map<String, Object> s = Fields.object(json, "split");
        return new Decision(
                version,
                Fields.textOrNull(json, "latestETag"),
                counts,
                facts,
                holdOut,
                w == null ? null : new Why(Fields.text(w, "gate"), Fields.text(w, "message")),
                Fields.array(json, "findings").stream().map(item -> finding(Json.object(item))).toList(),
                Fields.array(json, "classes").stream().map(item -> labelClass(Json.object(item))).toList(),
                new Split(
                        Fields.text(s, "validation"),
                        Fields.textOrNull(s, "test"),
                        Fields.text(s, "groupBy"),
                        Fields.whole(s, "seed"),
                        holdOut,
                        Fields.textOrNull(s, "previousVersion"),
                        Fields.whole(s, "floorGroups"),
                        Fields.textOrNull(s, "note")),
                Fields.object(json, "document"));
    }

    private static Finding finding(Map<String, Object> json) {
        List<Example> examples = Fields.array(json, "examples").stream()
                .map(Json::object)
                .map(one -> new Example(
                        Fields.textOrNull(one, "manifest"),
                        Fields.whole(one, "line"),
                        Fields.whole(one, "byte"),
                        Fields.text(one, "message")))
                .toList();
        return new Finding(
                Fields.text(json, "code"), Severity.valueOf(Fields.text(json, "severity")), Fields.whole(json, "count"), examples);
    }

    private static LabelClass labelClass(Map<String, Object> json) {
        return new LabelClass(
                Fields.text(json, "id"),
                Fields.text(json, "name"),
                Fields.whole(json, "train"),
                Fields.whole(json, "validation"),
                Fields.wholeOr(json, "test", 0),
                Fields.whole(json, "lines"));
    }
}
