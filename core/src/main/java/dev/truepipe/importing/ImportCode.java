package dev.truepipe.importing;

import java.util.Locale;

/**
 * What can be wrong with labels from elsewhere. The codes are a promise: they are never renamed and never given another meaning.
 *
 * <p>Where it leads: {@code docs/importing.md}.
 */
public enum ImportCode {
    // The object.
    SOURCE_MISSING(true, "give the object its file name, or the text itself, or leave it out"),
    SOURCE_OUTSIDE(true, "use paths below the folder of images, or rewrite the beginning with --map FROM=TO"),
    SOURCE_UNMAPPED(true, "say where the images lie in S3: --s3-prefix s3://bucket/folder/, or --map FROM=TO"),
    SOURCE_INVALID(true, "an object needs s3://bucket/key, its key at most 1,024 bytes and not a folder; a text needs characters that UTF-8 can hold"),
    IMAGE_SIZE_MISSING(true, "give width and height in pixels, both above 0"),
    IMAGE_UNREADABLE(true, "give the image as a whole JPEG or PNG file: its size is read from its head"),
    LINK_NOT_FOLLOWED(true, "put the file itself in its place: links may lead out of the folder"),
    IMAGE_ABSENT(true, "add the image, or remove its labels"),
    LABEL_ABSENT(true, "label the object, or take it out"),
    UNFINISHED_TASK(true, "finish the task in the tool, and export again"),
    DUPLICATE_IMAGE_ID(true, "give each image an id of its own"),
    NOTHING_LEFT(true, "mend its annotations: an image that has objects must not be taught as one without"),
    DUPLICATE_OBJECT(false, "keep one entry for each object; of two lines, split keeps the newest"),
    NOT_AN_IMAGE(false, "fine if it is none: only .jpg, .jpeg and .png files are images"),

    // An annotation.
    ANNOTATION_INVALID(true, "write it as the format has it"),
    UNKNOWN_CLASS(true, "add the class to the format's own list, or correct the annotation"),
    BOX_INVALID(true, "give the box as finite numbers"),
    BOX_EMPTY(true, "draw the box again, or remove it: width and height must be above 0"),
    BOX_OUTSIDE_IMAGE(true, "draw the box again, or correct the size of the image"),
    CROWD(true, "expected: iscrowd marks a region of many objects, and is no box of one"),
    SEGMENTATION_ONLY(true, "export boxes beside the masks"),
    UNSUPPORTED_SHAPE(true, "draw boxes, or keep these labels in the tool: only boxes, classes and spans of texts can become a manifest's"),
    OTHER_LABEL(true, "import once for each kind of label, under a name of its own"),
    SPAN_INVALID(true, "label the text as plain text, with offsets into it"),
    BOX_CLIPPED(false, "look at the box, and at the size of the image: it reached out by more than a pixel"),
    BOX_ROTATED(false, "expected: a manifest has upright boxes only, so this is the box around it"),
    SEVERAL_LABELS(false, "give each box or span one class; the first was taken"),
    SEVERAL_ANNOTATIONS(false, "expected where several people label; the newest that is not cancelled was taken"),
    DUPLICATE_ANNOTATION_ID(false, "give each annotation an id of its own; both were kept"),
    EMPTY_ANNOTATIONS(false, "fine as a negative example; check --negatives drop leaves such objects out"),

    // The classes.
    CLASS_REPEATED(false, "give each class a name of its own; both ids became one class"),
    CLASS_UNNAMED(false, "give the class a name; annotations of it are left out");

    private final boolean skips;
    private final String code;
    private final String cure;

    ImportCode(boolean skips, String cure) {
        this.skips = skips;
        this.cure = cure;
        this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether what it is about is left out. */
    public boolean skips() {
        return skips;
    }

    /** The stable name, such as {@code box-clipped}. */
    public String code() {
        return code;
    }

    /** What to do about it, in one line. */
    public String cure() {
        return cure;
    }
}
