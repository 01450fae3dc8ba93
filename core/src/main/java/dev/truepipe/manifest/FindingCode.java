package dev.truepipe.manifest;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Every rule a manifest can break. The codes are a promise: they are never renamed and never given another meaning.
 *
 * <p>Sources and reasons: {@code docs/interpretation.md}.
 */
public enum FindingCode {
    // The line as bytes and JSON. Nothing more is known of such a line, so none of these can be made a warning.
    LINE_TOO_LONG(Rank.FIXED, "cut the line down to 16 MiB; no labeling job writes one so long"),
    INVALID_UTF8(Rank.FIXED, "save the manifest as UTF-8"),
    INVALID_JSON(Rank.FIXED, "write one complete JSON object on the line"),
    NOT_AN_OBJECT(Rank.FIXED, "write one JSON object, in braces, on the line"),
    DUPLICATE_KEY(Rank.FIXED, "keep one of the two values"),
    NESTING_TOO_DEEP(Rank.FIXED, "nest at most 1,000 deep"),
    LONE_SURROGATE(Rank.FIXED, "write the character whole: as UTF-8 or as a pair of \\u escapes"),

    // The object.
    SOURCE_MISSING(Rank.FIXED, "add \"source-ref\" with the object's S3 URI, or for texts \"source\" with the text"),
    SOURCE_INVALID(Rank.FIXED, "write s3://bucket/key, or the text itself as \"source\""),
    OBJECT_OUTSIDE_ALLOWED_BUCKETS(Rank.FIXED, "add the prefix to images, or move the object"),
    OBJECT_MISSING(Rank.FIXED, "upload the object, or correct its address: the key is taken raw, not URL-decoded"),
    OBJECT_UNREADABLE(Rank.HOLDS, "allow s3:GetObject on it to the functions and to the training role, in the bucket's policy too, and keep it in the job's Region"),
    GROUP_KEY_MISSING(Rank.WARNS, "add the attribute, or widen the expression; the object is a group of its own meanwhile"),

    // The label.
    LABEL_MISSING(Rank.FIXED, "label the object, or give the right label attribute"),
    OBJECT_FAILED(Rank.FIXED, "label the object again: run the labeling job on what is still unlabeled"),
    UNSUPPORTED_TASK(Rank.FIXED, "use manifests of a task that training channels can carry, or set the task"),
    TASK_DIFFERS(Rank.FIXED, "keep manifests of different tasks in different datasets, or set the task"),
    METADATA_MISSING(Rank.WARNS, "add \"X-metadata\" beside the label \"X\", with the class names"),
    METADATA_INVALID(Rank.HOLDS, "write the metadata as a labeling job does"),
    ANNOTATIONS_INVALID(Rank.FIXED, "write the label as a labeling job of its task does"),
    IMAGE_SIZE_MISSING(Rank.FIXED, "add \"image_size\":[{\"width\":…,\"height\":…,\"depth\":3}]"),
    IMAGE_SIZE_INVALID(Rank.FIXED, "give width and height in pixels, both above 0"),
    IMAGE_DEPTH_UNUSUAL(Rank.WARNS, "convert the image to three channels; the built-in algorithms take no other"),
    CLASS_ID_INVALID(Rank.FIXED, "give the class's index in the category list: a whole number from 0 to 65535"),
    CLASS_REPEATED(Rank.HOLDS, "write each class id once: is this a list with one place for each class (multi-hot)? That is another format"),
    UNKNOWN_CLASS(Rank.HOLDS, "add it to the line's own list of classes (class-map; labels of a text), or correct the annotation"),
    BOX_INVALID(Rank.FIXED, "give left, top, width and height as numbers, in pixels"),
    BOX_EMPTY(Rank.HOLDS, "draw the box again, or remove it"),
    BOX_OUTSIDE_IMAGE(Rank.HOLDS, "clip the box to the image, or correct image_size"),
    MASK_INVALID(Rank.FIXED, "write the S3 URI of the mask"),
    MASK_NOT_STREAMED(Rank.HOLDS, "rename the label attribute and its metadata so that the name ends in -ref"),
    LABEL_TAKEN_FOR_URI(Rank.HOLDS, "rename the label attribute and its metadata so that the name does not end in -ref"),
    SPAN_INVALID(Rank.FIXED, "write {\"label\":…,\"startOffset\":…,\"endOffset\":…}, the offsets whole, from 0, the end behind the start"),
    SPAN_OUTSIDE_TEXT(Rank.HOLDS, "correct the offsets, or label the text again"),
    EMPTY_ANNOTATIONS(Rank.WARNS, "fine as a negative example; negatives: drop leaves such objects out"),
    OBJECTS_COUNT_DIFFERS(Rank.WARNS, "keep one entry of \"objects\" for each annotation"),
    CREATION_DATE_UNREADABLE(Rank.WARNS, "write it like 2025-03-04T09:12:44.120871; the line counts as the oldest meanwhile"),

    // The dataset.
    EMPTY_MANIFEST(Rank.DATASET, "wait for the labeling job to write lines, or give another file"),
    LABEL_ATTRIBUTES_DIFFER(Rank.DATASET, "list them all as label, the one to be kept first, and the others are renamed to it"),
    SOURCE_ATTRIBUTES_DIFFER(Rank.DATASET, "keep texts (\"source\") and objects in S3 (\"source-ref\") in datasets of their own"),
    CLASS_MAP_CONFLICT(Rank.DATASET, "give every class one id, and every id one class"),
    CLASS_GAP(Rank.DATASET_WARNS, "give the full category list as labelCategories"),
    CLASS_NAMES_SIMILAR(Rank.DATASET_WARNS, "give one class one name in every manifest, if they are one"),
    CLASS_IN_ONE_GROUP(Rank.DATASET_WARNS, "label more objects of the class, or group them more finely"),
    CLASS_ONLY_IN_VALIDATION(Rank.DATASET_WARNS, "label more objects of the class"),
    POSSIBLE_SEQUENCE_LEAK(Rank.DATASET_WARNS, "group frames of one recording: groupBy with a regular expression or an attribute"),
    CARRIED_STATE_DROPPED(Rank.DATASET_WARNS, "expected after a change of seed, shares, hold-out or groupBy: results are not comparable with earlier versions");

    private static final Map<String, FindingCode> BY_CODE = new HashMap<>();

    static {
        for (FindingCode code : values()) {
            BY_CODE.put(code.code(), code);
        }
    }

    private final Rank rank;
    private final String code;
    private final String cure;

    FindingCode(Rank rank, String cure) {
        this.rank = rank;
        this.cure = cure;
        this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The stable name, such as {@code box-outside-image}. */
    public String code() {
        return code;
    }

    /** What to do about it, in one line. */
    public String cure() {
        return cure;
    }

    /** The severity where nobody chose another. */
    public Severity severity() {
        return rank == Rank.WARNS || rank == Rank.DATASET_WARNS ? Severity.WARNING : Severity.QUARANTINE;
    }

    /** Whether the rule is about the dataset as a whole and not about a line. */
    public boolean ofDataset() {
        return rank == Rank.DATASET || rank == Rank.DATASET_WARNS;
    }

    /** Whether the rule is about an object that a line names: then the line's bytes alone do not tell. */
    public boolean ofObject() {
        return this == OBJECT_MISSING || this == OBJECT_UNREADABLE;
    }

    /**
     * Checks that this rule may have that severity.
     *
     * @throws IllegalArgumentException if lines that break the rule cannot be used, or the rule is about the dataset
     */
    public void requireAllowed(Severity severity) {
        if (ofDataset()) {
            throw new IllegalArgumentException("\"" + code + "\" is about the dataset; its severity cannot be changed");
        }
        if (rank == Rank.FIXED && severity == Severity.WARNING) {
            throw new IllegalArgumentException(
                    "\"" + code + "\" cannot be a warning: training would fail on such a line, or nothing is known of it");
        }
    }

    /** @throws IllegalArgumentException if there is no such code */
    public static FindingCode of(String code) {
        FindingCode found = BY_CODE.get(code);
        if (found == null) {
            throw new IllegalArgumentException("there is no finding \"" + code + "\"; docs/interpretation.md lists them all");
        }
        return found;
    }

    private enum Rank { FIXED, HOLDS, WARNS, DATASET, DATASET_WARNS }
}
