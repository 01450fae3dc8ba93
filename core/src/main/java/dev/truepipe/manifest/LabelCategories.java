package dev.truepipe.manifest;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads label category configuration files: what Ground Truth is given to label by. */
public final class LabelCategories {
    private LabelCategories() {}

    /**
     * The names of all classes, by id: the position in {@code labels}.
     *
     * @param file {@code {"labels":[{"label":"dog"}]}}; {@code document-version} and whatever else it holds is not looked at
     * @throws IllegalArgumentException if it is none, or its names do not tell classes apart; with what to do
     * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sms-label-cat-config-attributes.html">Label category configuration file</a>
     */
    public static List<String> parse(byte[] file) {
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
