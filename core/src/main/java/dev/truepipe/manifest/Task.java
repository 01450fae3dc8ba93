package dev.truepipe.manifest;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What labels are for: the part of Ground Truth's {@code type} after {@code groundtruth/}.
 *
 * @param name such as {@code object-detection}
 */
public record Task(String name) {
    /** The tasks whose lines can be accepted, for people. */
    public static final String SUPPORTED = "object-detection, image-classification, image-classification-multilabel, semantic-segmentation,"
            + " text-classification, text-classification-multilabel, text-span, custom";
    static final String TYPE_PREFIX = "groundtruth/";

    public static final Task OBJECT_DETECTION = new Task("object-detection");
    public static final Task IMAGE_CLASSIFICATION = new Task("image-classification");
    public static final Task IMAGE_CLASSIFICATION_MULTILABEL = new Task("image-classification-multilabel");
    public static final Task SEMANTIC_SEGMENTATION = new Task("semantic-segmentation");
    public static final Task TEXT_CLASSIFICATION = new Task("text-classification");
    public static final Task TEXT_CLASSIFICATION_MULTILABEL = new Task("text-classification-multilabel");
    public static final Task TEXT_SPAN = new Task("text-span");
    public static final Task CUSTOM = new Task("custom");
    static final Task LABEL_VERIFICATION = new Task("label-verification");

    private static final Set<String> SUPPORTED_NAMES = Set.of(SUPPORTED.split(", "));
    private static final Set<String> REFUSED_NAMES = Set.of(
            "label-verification",
            "video-object-detection",
            "video-object-tracking",
            "video-classification",
            "point_cloud_single_frame_semantic_segmentation",
            "point_cloud_object_detection",
            "point_cloud_object_tracking");
    /** By type; looked up on every line. */
    private static final Map<String, Task> KNOWN = Stream.concat(SUPPORTED_NAMES.stream(), REFUSED_NAMES.stream())
            .collect(Collectors.toUnmodifiableMap(name -> TYPE_PREFIX + name, Task::new));

    /**
     * A task as people write it, with or without {@code groundtruth/}. One that is known and not supported is a task too: its
     * lines are set aside with what to do instead.
     *
     * @throws IllegalArgumentException if Ground Truth has no such task
     */
    public static Task parse(String text) {
        String name = text.startsWith(TYPE_PREFIX) ? text.substring(TYPE_PREFIX.length()) : text;
        Task known = KNOWN.get(TYPE_PREFIX + name);
        if (known == null) {
            throw new IllegalArgumentException("there is no task \"" + text + "\"; write one of " + SUPPORTED);
        }
        return known;
    }

    /**
     * The task of a metadata {@code type}; {@code null} if it does not begin with {@code groundtruth/}. Every type that begins
     * with {@code groundtruth/custom} is {@link #CUSTOM}. A name far longer than Ground Truth's is cut: messages repeat it.
     */
    static Task ofType(String type) {
        if (type == null) {
            return null;
        }
        Task known = KNOWN.get(type);
        if (known != null || type.length() <= TYPE_PREFIX.length() || !type.startsWith(TYPE_PREFIX)) {
            return known;
        }
        String name = type.substring(TYPE_PREFIX.length());
        return name.startsWith(CUSTOM.name) ? CUSTOM : new Task(UnreadableLine.shortened(name));
    }

    /** As metadata spells it: {@code groundtruth/} and the name. */
    public String type() {
        return TYPE_PREFIX + name;
    }

    /** Whether lines of this task can be accepted. */
    public boolean supported() {
        return SUPPORTED_NAMES.contains(name);
    }

    /** Whether a label is a list of class ids. */
    public boolean multiLabel() {
        return equals(IMAGE_CLASSIFICATION_MULTILABEL) || equals(TEXT_CLASSIFICATION_MULTILABEL);
    }

    /** Whether the object is a text: in the line, under {@code source}, or a file of its own, under {@code source-ref}. */
    public boolean ofTexts() {
        return equals(TEXT_CLASSIFICATION) || equals(TEXT_CLASSIFICATION_MULTILABEL) || equals(TEXT_SPAN);
    }

    /** Why lines of this task are set aside and what to do instead. */
    String advice() {
        if (name.startsWith("video-") || name.startsWith("point_cloud_")) {
            return "SageMaker's training channels cannot consume sequences or point clouds; export single frames with boxes"
                    + " as an object-detection manifest";
        }
        return name.equals(LABEL_VERIFICATION.name)
                ? "this attribute judges other labels; name the judged label attribute instead"
                : "Ground Truth has no such task; name another label attribute, or write the type of one of " + SUPPORTED;
    }

    @Override
    public String toString() {
        return name;
    }
}
