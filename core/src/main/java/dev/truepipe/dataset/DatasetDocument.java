package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.Task;
import dev.truepipe.training.TrainingFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A {@code dataset.json}, read. Its fields are listed in {@code docs/interpretation.md}.
 *
 * @param json the whole document
 */
public record DatasetDocument(Map<String, Object> json) {
    static final String FORMAT = "truepipe-dataset-1";

    /** @throws IllegalArgumentException if the document is none, or of another format */
    public DatasetDocument {
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("not a dataset.json of format " + FORMAT + ": its \"format\" is " + json.get("format"));
        }
    }

    /** The version, 64 hexadecimal digits. */
    public String version() {
        return (String) json.get("version");
    }

    /** Hash of the hold-out's lines and the class map: metrics of two models compare exactly where it is equal. */
    public String holdOut() {
        return (String) json.get("holdOut");
    }

    /** A count, such as {@code train}. */
    public long count(String field) {
        return (Long) json.get(field);
    }

    /** The gates that are not met; empty: worth training. */
    public List<Gate> gates() {
        List<Gate> gates = new ArrayList<>();
        for (Object item : Json.array(json.get("gates"))) {
            Map<String, Object> gate = Json.object(item);
            gates.add(new Gate((String) gate.get("gate"), (String) gate.get("message")));
        }
        return gates;
    }

    /** Class names by id. */
    public SortedMap<Integer, String> classNames() {
        return carried().classes();
    }

    /** What the next version takes over. */
    public CarriedState carried() {
        return CarriedState.fromDataset(json);
    }

    /** What training needs to know. */
    public TrainingFacts facts() {
        String task = (String) json.get("task");
        return new TrainingFacts(version(), task, (String) json.get("sourceAttribute"), (String) json.get("labelAttribute"),
                task != null && new Task(task).multiLabel(),
                count("train"), count("validation"), count("classCount"), count("mostAnnotations"));
    }
}
