package dev.truepipe.importing;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Formats that labels come in, by the names that people write: on the command line and in settings alike. */
public enum ImportFormat {
    COCO(2, ".json"), LABEL_STUDIO(2, ".json"), CVAT(2, ".xml"), YOLO(0, null), FOLDERS(0, null), CSV(3, ".csv"), MANIFEST(2, null), FILE_MODE(0, null);

    private final int readings;
    private final String ending;

    ImportFormat(int readings, String ending) {
        this.readings = readings;
        this.ending = ending;
    }

    /** The format of that name. */
    public static Optional<ImportFormat> find(String word) {
        return Arrays.stream(values()).filter(format -> format.word().equals(word)).findFirst();
    }

    /** The names of all formats. */
    public static List<String> words() {
        return Arrays.stream(values()).map(ImportFormat::word).toList();
    }

    /** The name, such as {@code label-studio}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How often files are read as a rule; 0: they are not counted. */
    public int readings() {
        return readings;
    }

    /** Whether an export is a folder. */
    public boolean ofFolder() {
        return this == YOLO || this == FOLDERS || this == FILE_MODE;
    }

    /** Whether an export holds all labels of its project, so that an older one beside it is an earlier state and nothing more. */
    public boolean ofWholeProject() {
        return this == LABEL_STUDIO;
    }

    /** What the names of exports end with, such as {@code .json}; empty where an export is not one file that has all labels in it. */
    public Optional<String> ending() {
        return Optional.ofNullable(ending);
    }

    /**
     * Reads exports that are one file each.
     *
     * @param labelingInterface of Label Studio the project's labeling interface, or {@code null}
     * @param control of Label Studio the control whose labels to take, or {@code null}
     * @throws UnreadableSourceException if the labeling interface cannot be read
     * @throws IllegalArgumentException if an export of this format is not one file
     */
    public LabelReader reader(List<SourceFile> files, SourceFile labelingInterface, String control) throws IOException {
        return switch (this) {
            case COCO -> new CocoReader(files);
            case LABEL_STUDIO -> new LabelStudioReader(files, labelingInterface, control);
            case CVAT -> new CvatReader(files);
            case CSV -> new CsvReader(files);
            case YOLO, FOLDERS, MANIFEST, FILE_MODE -> throw new IllegalArgumentException("an export of " + word() + " is not one file");
        };
    }

    @Override
    public String toString() {
        return word();
    }
}
