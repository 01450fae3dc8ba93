package dev.truepipe.report;

import java.util.List;
import java.util.Objects;

/**
 * What {@link DataReport} shows. Texts may hold anything; they are shown as text.
 *
 * @param dataset name of the dataset
 * @param version version of the sealed dataset
 * @param writtenAt when, in words to be shown as they are, such as {@code 2026-11-22 21:40 UTC}
 * @param task task of the labels, such as {@code object-detection}; {@code null} if none could be inferred
 * @param labelAttribute label attribute; {@code null} if none could be inferred
 * @param manifests the manifests read, in the order of reading
 * @param counts what became of the lines
 * @param findings findings by code, in the order to be shown
 * @param classes classes by id, in the order to be shown; empty where the task has none
 * @param reconciled how labeling jobs that did not agree were made one, in a sentence without a full stop; {@code null} if no
 *     line was rewritten
 * @param split how the accepted lines were divided
 * @param findingsFile where every finding is: an S3 URI or, in {@link DataReport} only, the name of a file beside the
 *     page ({@code findings.jsonl}), which becomes a link
 * @param files the other files of this version, such as the sealed manifests
 * @param nextSteps sentences added after those that the report derives from the counts; may be empty
 */
public record DataReportContent(
        String dataset,
        String version,
        String writtenAt,
        String task,
        String labelAttribute,
        List<Manifest> manifests,
        Counts counts,
        List<Finding> findings,
        List<LabelClass> classes,
        String reconciled,
        Split split,
        String findingsFile,
        List<Link> files,
        List<String> nextSteps) {

    public DataReportContent {
        Objects.requireNonNull(dataset, "dataset");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(writtenAt, "writtenAt");
        Objects.requireNonNull(counts, "counts");
        Objects.requireNonNull(split, "split");
        Objects.requireNonNull(findingsFile, "findingsFile");
        manifests = List.copyOf(manifests);
        findings = List.copyOf(findings);
        classes = List.copyOf(classes);
        files = List.copyOf(files);
        nextSteps = List.copyOf(nextSteps);
    }

    /**
     * One manifest as it was pinned.
     *
     * @param uri S3 URI or path
     * @param eTag entity tag with or without quotes; {@code null} for a local file
     * @param sizeBytes size in bytes, 0 or more
     */
    public record Manifest(String uri, String eTag, long sizeBytes) {
        public Manifest {
            Objects.requireNonNull(uri, "uri");
            notNegative("size in bytes", sizeBytes);
        }
    }

    /**
     * Lines, each counted by its own. {@code lines} leaves blank lines out. The report says so where
     * accepted + quarantined + superseded is not lines, or train + validation + test is not accepted.
     */
    public record Counts(
            long lines, long blank, long accepted, long quarantined, long superseded, long train, long validation, long test) {
        public Counts {
            notNegative("lines", lines);
            notNegative("blank", blank);
            notNegative("accepted", accepted);
            notNegative("quarantined", quarantined);
            notNegative("superseded", superseded);
            notNegative("train", train);
            notNegative("validation", validation);
            notNegative("test", test);
        }
    }

    /** Whether a finding sets its line aside. */
    public enum Severity { QUARANTINE, WARNING }

    /**
     * All findings of one code.
     *
     * @param code stable kebab-case code
     * @param count how many there are, 0 or more
     * @param examples the first of them; the report shows at most {@value DataReport#MAX_EXAMPLES}
     */
    public record Finding(String code, Severity severity, long count, List<Example> examples) {
        public Finding {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(severity, "severity");
            notNegative("count of findings", count);
            examples = List.copyOf(examples);
        }
    }

    /**
     * One finding and its place.
     *
     * @param manifest S3 URI or path; {@code null} for a finding about the whole dataset
     * @param line line from 1; 0 for a finding about the whole manifest
     * @param byteOffset where the line starts, in bytes from 0
     * @param message what broke and how to mend it
     */
    public record Example(String manifest, long line, long byteOffset, String message) {
        public Example {
            Objects.requireNonNull(message, "message");
            notNegative("line", line);
            notNegative("byte offset", byteOffset);
        }
    }

    /**
     * One class of the labels.
     *
     * @param id class id as the manifest writes it
     * @param name class name; the id where the manifest has none
     * @param trainAnnotations annotations of this class in train
     * @param validationAnnotations annotations of this class in validation
     * @param testAnnotations annotations of this class in test; shown only where a share is set for it
     * @param lines accepted lines holding the class
     */
    public record LabelClass(String id, String name, long trainAnnotations, long validationAnnotations, long testAnnotations, long lines) {
        public LabelClass {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(name, "name");
            notNegative("annotations in train", trainAnnotations);
            notNegative("annotations in validation", validationAnnotations);
            notNegative("annotations in test", testAnnotations);
            notNegative("lines", lines);
        }
    }

    /**
     * Settings of the split and what was carried over.
     *
     * @param validation share asked for, in words, such as {@code 20%}; or the manifest of a hold-out of the user's own
     * @param test likewise the share for test; {@code null}: there is no such channel
     * @param groupBy {@code object}, {@code attribute:NAME} or a regular expression
     * @param seed seed of the hash
     * @param holdOut identity of the hold-out; {@code null} if not known
     * @param previousVersion version whose state was carried; {@code null} if there was none
     * @param floorGroups groups placed in validation so that a class has one there
     * @param note anything to add, such as why a carried state was dropped; {@code null} if nothing
     */
    public record Split(
            String validation, String test, String groupBy, long seed, String holdOut, String previousVersion, long floorGroups,
            String note) {
        public Split {
            Objects.requireNonNull(validation, "validation");
            Objects.requireNonNull(groupBy, "groupBy");
            notNegative("floor groups", floorGroups);
        }
    }

    static void notNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + " cannot be negative, was " + value);
        }
    }
}
