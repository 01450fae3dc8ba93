package dev.truepipe.settings;

import dev.truepipe.storage.S3Uri;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The full list of classes, which no manifest holds: a line names only its own. */
public sealed interface LabelCategories {

    /** Written in the settings. @param names class names; the position is the class id */
    record Names(List<String> names) implements LabelCategories {
        public Names {
            names = List.copyOf(names);
        }
    }

    /** Ground Truth's label category configuration file. @param uri of the JSON object */
    record File(S3Uri uri) implements LabelCategories {}

    /** Where they are, unless they are written in the settings. */
    default Optional<S3Uri> file() {
        return this instanceof File(S3Uri file) ? Optional.of(file) : Optional.empty();
    }

    private static Map<String, Object> one(String key, Object value) {
        return Map.of(key, value);
    }

    /** {@code {"names":[…]}} or {@code {"file":"s3://…"}}. */
    default Map<String, Object> toJson() {
        return switch (this) {
            case Names(List<String> names) -> one("names", new ArrayList<Object>(names));
            case File(S3Uri uri) -> one("file", uri.toString());
        };
    }

    /** Reads what {@link #toJson} wrote. */
    static LabelCategories fromJson(Fields fields) {
        String file = fields.textOrNull("file");
        return file == null ? new Names(fields.texts("names")) : new File(S3Uri.parse(file));
    }
}
