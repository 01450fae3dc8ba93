package dev.truepipe.run;

import dev.truepipe.importing.ImportReport;
import dev.truepipe.importing.Importer;
import dev.truepipe.importing.LabelReader;
import dev.truepipe.importing.SourceFile;
import dev.truepipe.importing.UnreadableSourceException;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUpload;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * State {@code ConvertLabels}: makes manifests of the exports that a run has claimed, as {@code truepipe import} does. Exports are streamed and
 * read several times, each time as they were pinned; nothing is kept beside.
 *
 * <p>What is there already stays, so a retry goes on where it stopped. An export that cannot be read to its end, and exports of which no line
 * comes, are no failure of the run: it ends as one that a gate stops, and says why.
 */
public final class ConvertLabels {
    /** What a run that was stopped here names where others name a gate. */
    static final String UNREADABLE = "unreadable-labels";
    static final String NOTHING = "nothing-imported";
    /** Of what was left out, named in an announcement. */
    private static final int MOST_TOLD = 5;

    private final ObjectStore store;
    private final Clock clock;

    public ConvertLabels(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Converts.
     *
     * @param execution ARN
     * @param timeLeft asked before each export but the first; if there is none, the rest is for the next call
     * @return the state's output
     */
    public Map<String, Object> convert(String dataset, String execution, RunFolder run, BooleanSupplier timeLeft) throws IOException {
        Exports exports = Exports.read(store, run);
        ImportOptions options = ImportOptions.of(exports.settings());
        long converted = 0;
        long lines = 0;
        long skipped = 0;
        for (Export export : exports.all()) {
            if (export.converted(store, clock.instant()).isPresent()) {
                continue;
            }
            if (converted > 0 && !timeLeft.getAsBoolean()) {
                return converted(converted, lines, skipped);
            }
            ImportReport report;
            try {
                report = convert(export, options);
            } catch (PreconditionFailedException | ObjectMissingException changed) {
                return Answers.of("changed", export.object().uri() + " was overwritten, or removed, before it was converted.");
            } catch (UnreadableSourceException e) {
                return unreadable(dataset, execution, export, e);
            }
            converted++;
            lines += report.written();
            skipped += report.skipped();
        }
        return isNothing(exports) ? nothing(dataset, execution, exports) : converted(converted, lines, skipped);
    }

    private ImportReport convert(Export export, ImportOptions options) throws IOException {
        StoredObject object = export.object();
        SourceFile file = new SourceFile(object.uri().toString(), ByteSource.of(store, object), object.lastModified());
        LabelReader reader = options.format().reader(List.of(file), null, options.control());
        try (ObjectUpload manifest = store.upload(export.manifest()); ObjectUpload findings = store.upload(export.findings())) {
            ImportReport report = Importer.run(reader, options.label(), options.uris(), options.categories(), manifest, finding ->
                    findings.write((ImportOptions.inSettings(finding.toJson()) + "\n").getBytes(StandardCharsets.UTF_8)));
            findings.complete();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("export", object.uri().toString());
            json.put("eTag", object.eTag());
            json.putAll(report.toJson());
            store.put(export.report(), Json.pretty(json), Condition.ALWAYS);
            manifest.complete();
            return report;
        }
    }

    private boolean isNothing(Exports exports) throws IOException {
        for (Export export : exports.all()) {
            Optional<StoredObject> manifest = export.converted(store, clock.instant());
            if (manifest.isEmpty() || manifest.get().size() > 0) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, Object> converted(long converted, long lines, long skipped) {
        return Answers.of("converted", Words.count(converted, "export") + " became " + Words.count(lines, "line")
                + (skipped == 0 ? "" : "; " + Words.number(skipped) + " objects and annotations were left out"));
    }

    private Map<String, Object> unreadable(String dataset, String execution, Export export, UnreadableSourceException e) {
        // Of several files the message is about one; here there is but one.
        String message = export.object().uri() + " " + ImportOptions.inSettings(e.getMessage()) + "; " + ImportOptions.inSettings(e.cure());
        String details = "Export      " + described(export) + '\n';
        return skip(dataset, execution, UNREADABLE, "cannot be read", message, details);
    }

    private Map<String, Object> nothing(String dataset, String execution, Exports exports) throws IOException {
        StringBuilder details = new StringBuilder();
        long skipped = 0;
        for (Export export : exports.all()) {
            Map<String, Object> report = StoredJson.readObject(store, export.report());
            skipped += Fields.whole(report, "skipped");
            if (details.length() < Words.MESSAGE_CHARS) {
                details.append("Export      ").append(described(export)).append('\n');
                Fields.object(report, "findings").entrySet().stream().limit(MOST_TOLD).forEach(finding ->
                        details.append("            ").append(finding.getValue()).append(" x ").append(finding.getKey()).append('\n'));
                details.append("Findings    ").append(export.findings()).append('\n');
            }
        }
        String what = exports.all().size() == 1 ? exports.all().getFirst().object().uri().toString() : exports.all().size() + " exports";
        String message = "no line came of " + what + ": " + Words.number(skipped) + " objects and annotations were left out; "
                + (skipped == 0 ? "label something, and export again" : "the findings say why, and how to mend it");
        return skip(dataset, execution, NOTHING, "hold nothing to train on", message, details.toString());
    }

    private static String described(Export export) {
        StoredObject object = export.object();
        return object.uri() + " (" + Words.count(object.size(), "byte") + ", of " + Words.time(object.lastModified()) + ")";
    }

    private static Map<String, Object> skip(String dataset, String execution, String gate, String how, String message, String details) {
        Decision.Why why = new Decision.Why(gate, Words.bounded(message));
        return Answers.skip(why, Answers.announcement("Truepipe: " + dataset + ", nothing trained: " + gate,
                "The labels of " + dataset + " " + how + ", so no model was trained.\n\n"
                        + "  " + gate + ": " + why.message() + "\n\n"
                        + details
                        + "Execution   " + Console.place(execution) + "\n\n"
                        + "The champion stays as it is. A new export starts a new run by itself.\n"));
    }
}
