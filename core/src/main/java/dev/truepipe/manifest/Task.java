package dev.truepipe.manifest;

import java.util.Set;

/**
 * What labels are for: the part of Ground Truth's {@code type} after {@code groundtruth/}.
 *
 * @param name such as {@code object-detection}
 */
public record Task(String name) {
    static final String TYPE_PREFIX = "groundtruth/";

    public static final Task OBJECT_DETECTION = new Task("object-detection");
    public static final Task IMAGE_CLASSIFICATION = new Task("image-classification");
    static final Task LABEL_VERIFICATION = new Task("label-verification");

    private static final Set<String> KNOWN = Set.of(
            "object-detection",
            "image-classification",
            "image-classification-multilabel",
            "semantic-segmentation",
            "text-classification",
            "text-classification-multilabel",
            "text-span",
            "label-verification",
            "video-object-detection",
            "video-object-tracking",
            "video-classification",
            "point_cloud_single_frame_semantic_segmentation",
            "point_cloud_object_detection",
            "point_cloud_object_tracking",
            "custom");

    /**
     * A task as people write it.
     *
     * @throws IllegalArgumentException if Ground Truth has no such task
     */
    public static Task parse(String text) {
        String name = text.startsWith(TYPE_PREFIX) ? text.substring(TYPE_PREFIX.length()) : text;
        if (!KNOWN.contains(name)) {
            throw new IllegalArgumentException("there is no task \"" + text + "\"; write object-detection or image-classification");
        }
        return new Task(name);
    }

    /** The task of a metadata {@code type}; {@code null} if it does not begin with {@code groundtruth/}. */
    static Task ofType(String type) {
        return type != null && type.length() > TYPE_PREFIX.length() && type.startsWith(TYPE_PREFIX)
                ? new Task(type.substring(TYPE_PREFIX.length()))
                : null;
    }

    /** Whether lines of this task can be accepted. */
    public boolean supported() {
        return equals(OBJECT_DETECTION) || equals(IMAGE_CLASSIFICATION);
    }

    /** Why lines of this task are set aside and what to do instead. */
    String advice() {
        if (name.startsWith("video-") || name.startsWith("point_cloud_")) {
            return "SageMaker's training channels cannot consume sequences or point clouds; export single frames with boxes"
                    + " as an object-detection manifest";
        }
        return switch (name) {
            case "image-classification-multilabel" -> "several labels on one image cannot be trained on yet; keep one label for each image (image-classification)";
            case "semantic-segmentation" -> "masks cannot be trained on yet; take boxes around the regions (object-detection)";
            case "text-classification", "text-classification-multilabel", "text-span" -> "texts cannot be trained on yet; this version takes images";
            case "label-verification" -> "this attribute judges other labels; name the judged label attribute instead";
            case "custom" -> "a custom workflow's answer can mean anything; write its boxes or classes as object-detection or image-classification";
            default -> "this version takes object-detection and image-classification";
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
