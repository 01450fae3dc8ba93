package dev.truepipe.emulator.sagemaker;

import static dev.truepipe.emulator.sagemaker.TrainingJob.ordered;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Tags of whatever has an ARN, kept in one file so that they survive a restart. At most {@value #MOST} for each resource. */
final class Tags {
    static final int MOST = 50;

    private static final Pattern ARN = Pattern.compile("arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+");
    private static final Pattern KEY = Pattern.compile("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)");

    private final Path file;
    private final Predicate<String> exists;
    private final Map<String, Map<String, String>> byArn = new LinkedHashMap<>();

    /** @param exists whether a resource has this ARN */
    Tags(Path file, Predicate<String> exists) throws IOException {
        this.file = file;
        this.exists = exists;
        if (Files.exists(file)) {
            Json.parseObject(Files.readAllBytes(file)).forEach((arn, tags) -> {
                Map<String, String> own = new TreeMap<>();
                Json.object(tags).forEach((key, value) -> own.put(key, (String) value));
                byArn.put(arn, own);
            });
        }
    }

    /** Checked tags of a request that makes something. */
    static Map<String, String> read(Map<String, Object> request, Constraints constraints) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Map<String, Object> tag : constraints.objects(request, "Tags", "tags", MOST)) {
            String key = constraints.string(tag, "Key", "tags.key", 1, 128, KEY);
            if (tags.put(key, constraints.string(tag, "Value", "tags.value", 0, 256, KEY)) != null) {
                constraints.note(key, "tags.key", "Member must be unique: each tag key may be given once");
            }
        }
        return tags;
    }

    /** The tags that something new has from the start. */
    synchronized void put(String arn, Map<String, String> tags) {
        if (!tags.isEmpty()) {
            byArn.computeIfAbsent(arn, _ -> new TreeMap<>()).putAll(tags);
            save();
        }
    }

    synchronized Map<String, Object> add(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        String arn = arn(request, constraints);
        Map<String, String> added = read(request, constraints);
        if (request.get("Tags") == null) {
            constraints.note(null, "tags", "Member must not be null");
        }
        constraints.check();
        Map<String, String> all = new TreeMap<>(of(arn));
        all.putAll(added);
        if (all.size() > MOST) {
            throw TrainingRequest.invalid("The maximum number of tags per resource is " + MOST + "; " + arn + " would have " + all.size());
        }
        byArn.put(arn, all);
        save();
        return ordered("Tags", pairs(all));
    }

    synchronized Map<String, Object> delete(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        String arn = arn(request, constraints);
        List<String> keys = new ArrayList<>();
        if (request.get("TagKeys") instanceof List<?> given && !given.isEmpty() && given.stream().allMatch(String.class::isInstance)) {
            given.forEach(key -> keys.add((String) key));
        } else {
            constraints.note(request.get("TagKeys"), "tagKeys", "Member must be a list of 1 to " + MOST + " strings");
        }
        constraints.check();
        Map<String, String> left = new TreeMap<>(of(arn));
        left.keySet().removeAll(keys);
        byArn.put(arn, left);
        save();
        return Map.of();
    }

    synchronized Map<String, Object> list(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        String arn = arn(request, constraints);
        constraints.check();
        return Pages.of(request, "Tags", pairs(of(arn)), tag -> (String) Json.object(tag).get("Key"), MOST, Integer.MAX_VALUE);
    }

    private static String arn(Map<String, Object> request, Constraints constraints) {
        return constraints.string(request, "ResourceArn", "resourceArn", 0, 256, ARN);
    }

    private Map<String, String> of(String arn) throws AwsError {
        if (!exists.test(arn)) {
            throw TrainingRequest.invalid("Requested resource not found.");
        }
        return byArn.getOrDefault(arn, Map.of());
    }

    private static List<Object> pairs(Map<String, String> tags) {
        return tags.entrySet().stream().map(tag -> (Object) ordered("Key", tag.getKey(), "Value", tag.getValue())).toList();
    }

    private void save() {
        try {
            Files.createDirectories(file.getParent());
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.write(next, Json.pretty(new LinkedHashMap<>(byArn)));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the tags in " + file, e);
        }
    }
}
