package dev.truepipe.cli;

import dev.truepipe.manifest.ChunkStream.DamagedGzipException;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.LabelCategories;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.Severity;
import dev.truepipe.manifest.Task;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code check} and {@code split} have in common. */
final class ManifestOptions {

    @Parameters(paramLabel = "MANIFEST", arity = "1..*",
            description = "augmented manifests: files, .gz, s3://bucket/key, or - for standard input. Their order does not matter")
    List<String> manifests;

    @Option(names = "--label", paramLabel = "NAME", split = ",", description = "label attribute, found in the manifests if not given; or several, of which the first stays and the others are renamed to it")
    List<String> labels = new ArrayList<>();

    @Option(names = "--task", paramLabel = "TASK", description = "what the labels are for, found in the manifests if not given: " + Task.SUPPORTED)
    String task;

    @Option(names = "--label-categories", paramLabel = "FILE",
            description = "label category configuration file, {\"labels\":[{\"label\":\"dog\"}]}, or s3://bucket/key: the full list of classes, by id")
    String labelCategories;

    @Option(names = "--negatives", paramLabel = "POLICY", defaultValue = "keep",
            description = "keep or drop objects without any annotation (default: ${DEFAULT-VALUE})")
    String negatives;

    @Option(names = "--finding", paramLabel = "CODE=LEVEL",
            description = "makes a finding weigh more or less: quarantine or warning; may be given again. docs/interpretation.md lists the codes")
    Map<String, String> findings = new LinkedHashMap<>();

    @Option(names = "--json", description = "one JSON object on standard output")
    boolean json;

    Task task() throws UnreadableInput {
        try {
            return task == null ? null : Task.parse(task);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput("--task", e.getMessage(), "leave it out to have it found in the manifests");
        }
    }

    List<String> labels() throws UnreadableInput {
        for (String label : labels) {
            requireLabelName(label);
        }
        return labels;
    }

    /** @throws UnreadableInput if no label attribute can have this name */
    static void requireLabelName(String label) throws UnreadableInput {
        LabelChoice.NameProblem problem = LabelChoice.problemOfName(label).orElse(null);
        if (problem != null) {
            throw new UnreadableInput("--label", "\"" + label + "\" " + problem.what(), problem.cure());
        }
    }

    LabelChoice choose(Manifests opened) throws UnreadableInput {
        LabelInference inference = new LabelInference(task(), labels());
        for (Manifests.Opened manifest : opened.all()) {
            try {
                inference.read(manifest.file().name(), manifest.source(), manifest.gzip());
            } catch (IOException e) {
                throw unreadable(manifest, e);
            }
        }
        return inference.choose();
    }

    /** Severities that differ from the codes' own. */
    Map<FindingCode, Severity> severities() throws UnreadableInput {
        Map<FindingCode, Severity> severities = new EnumMap<>(FindingCode.class);
        for (Map.Entry<String, String> finding : findings.entrySet()) {
            try {
                FindingCode code = FindingCode.of(finding.getKey());
                Severity severity = Severity.of(finding.getValue());
                code.requireAllowed(severity);
                severities.put(code, severity);
            } catch (IllegalArgumentException e) {
                throw new UnreadableInput("--finding", e.getMessage(), "write, for example, --finding box-outside-image=warning");
            }
        }
        return severities;
    }

    boolean dropNegatives() throws UnreadableInput {
        return switch (negatives) {
            case "keep" -> false;
            case "drop" -> true;
            default -> throw new UnreadableInput("--negatives", "\"" + negatives + "\" is neither keep nor drop", "write one of the two");
        };
    }

    /** Names of all classes, by id; empty if nobody told them. */
    List<String> categories() throws UnreadableInput {
        if (labelCategories == null) {
            return List.of();
        }
        try (InputStream in = labelCategories.startsWith("s3://")
                ? Manifests.s3().open(S3Uri.parse(labelCategories), null, null)
                : Files.newInputStream(Path.of(labelCategories))) {
            return LabelCategories.read(in);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(labelCategories, "is no label category configuration file: " + e.getMessage(), "write {\"labels\":[{\"label\":\"dog\"}]}");
        } catch (IOException e) {
            throw new UnreadableInput(labelCategories, "cannot be read: " + UnreadableInput.words(e), "check the name, and that you may read it");
        }
    }

    /** What is judged, and what tells so. */
    static void print(PrintWriter out, LabelChoice choice) {
        LabelChoice.Basis basis = choice.basis();
        if (choice.task() == null || choice.labelAttribute() == null) {
            out.println("Task and label attribute cannot be told from the manifests; give --label and --task.");
            return;
        }
        String lines = Findings.number(basis.votes()) + " of " + Findings.number(basis.lines()) + (basis.lines() == 1 ? " line" : " lines") + " looked at";
        out.println("For " + choice.task() + ", label attribute \"" + choice.labelAttribute() + "\"" + switch (basis.by()) {
            case METADATA -> ", by the metadata of " + lines;
            case SHAPE -> ", by what it looks like on " + lines;
            case GIVEN, NOTHING -> ", as given";
        });
        if (basis.doubtful()) {
            out.println("Warning: only " + 100 * basis.votes() / basis.lines() + "% of the lines looked at say so. If it is wrong, give --label and --task;"
                    + " keep labels of other tasks in manifests of their own.");
        }
    }

    static UnreadableInput unreadable(Manifests.Opened manifest, IOException e) {
        String name = manifest.file().name();
        if (e instanceof DamagedGzipException) {
            return new UnreadableInput(name, "the compressed data is damaged or cut off (" + e.getCause().getMessage() + ")", "compress or download it again");
        }
        return new UnreadableInput(name, UnreadableInput.words(e), "check the file and run again");
    }
}
