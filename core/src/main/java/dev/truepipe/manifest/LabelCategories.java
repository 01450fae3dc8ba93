package dev.truepipe.manifest;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads label category configuration files: what Ground Truth is given to label by. */
public final class LabelCategories {
    /** The largest file that is read, in bytes: 16 MiB; as many classes as there may be come with far less. */
    public static final int MAX_BYTES = 16 << 20;

    private LabelCategories() {}

    /**
     * The names of all classes, by id, of a file that may be anything. At most {@value #MAX_BYTES} bytes and one are read of it.
     *
     * @param file as for {@link #parse}; left open
     * @throws IllegalArgumentException as {@link #parse} does, and if it is larger; with what to do
     * @throws IOException if it cannot be read
     */
    public static List<String> read(InputStream file) throws IOException {
        byte[] bytes = file.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("it has more than " + MAX_BYTES + " bytes (16 MiB); name the file that the labeling job was given");
        }
        return parse(bytes);
    }

    /**
     * The names of all classes, by id: the position in {@code labels}.
     *
     * @param file {@code {"labels":[{"label":"dog"}]}}; {@code document-version} and whatever else it holds is not looked at
     * @throws IllegalArgumentException if it is none, or its names do not tell classes apart; with what to do
     * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html">Label category configuration file</a>
     */
    static List<String> parse(byte[] file) {
        Map<String, Object> json;
        try {
            json = Json.parseObject(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not JSON: " + e.getMessage().lines().findFirst().orElse(""), e);
        }
        Set<String> names = new LinkedHashSet<>();
        if (!(json.get("labels") instanceof List<?> labels) || labels.isEmpty()) {
            throw new IllegalArgumentException("it has no list \"labels\"");
        }
        if (labels.size() > LineJudge.MAX_CLASS_ID + 1) {
            throw new IllegalArgumentException("it has " + labels.size() + " labels, and class ids end at " + LineJudge.MAX_CLASS_ID);
        }
        for (Object label : labels) {
            if (!(label instanceof Map<?, ?> one) || !(one.get("label") instanceof String name) || name.isBlank()) {
                throw new IllegalArgumentException("label " + names.size() + " has no name");
            }
            if (!names.add(name)) {
                throw new IllegalArgumentException(
                        "two labels are called \"" + name + "\"; the position is the class id, so each needs a name of its own");
            }
        }
        return List.copyOf(names);
    }
}
