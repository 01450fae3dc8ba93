package dev.truepipe.manifest;

import static dev.truepipe.manifest.FindingCode.*;

import com.fasterxml.jackson.databind.JsonNode;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.Hash128;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verdicts as {@code docs/interpretation.md} has them, rule by rule and over a tree: slow, and plain enough to be checked by
 * reading. It uses nothing of the scanner or its judge but names of tasks and severities of codes; what it cannot tell from that
 * page is a gap of that page.
 */
final class ReferenceJudge {
    private static final int MOST_KEY_BYTES = 1_024;
    private static final int LONGEST_NAME = 127;
    private static final int LONGEST_JOB_NAME = 256;
    private static final int HIGHEST_CLASS_ID = 65_535;
    private static final Set<String> IMAGES = Set.of(
            "object-detection", "image-classification", "image-classification-multilabel", "semantic-segmentation");
    private static final Pattern DATE = Pattern.compile(
            "(\\d{4})-(\\d\\d)-(\\d\\d)[T ](\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,9}))?(Z|[+-]\\d\\d(?::?\\d\\d)?)?");

    private final ScanRules rules;
    private final Task task;

    private StrictJson json;
    private JsonNode line;
    private List<String> findings;
    private Set<String> found;
    private boolean accepted;
    private Hash128 key;
    private Hash128 group;
    private Map<Integer, Class> classes;
    private long created;
    private String label;
    private String job;
    private boolean sourceRef;
    private boolean source;
    /** Whether the class map holds what is no class. */
    private boolean unreadableMap;

    ReferenceJudge(ScanRules rules) {
        this.rules = rules;
        this.task = rules.choice().task();
    }

    /** A class on a line. @param name {@code null} where the line gives none */
    record Class(String name, int annotations) {}

    /**
     * What is compared. Of a quarantined line only findings, object and group are: nothing else of it is ever used.
     *
     * @param findings {@code code severity attribute}, in the order of the alphabet
     */
    record Verdict(boolean accepted, List<String> findings, Hash128 key, Hash128 group, Map<Integer, Class> classes, long created, String label, String job,
            boolean sourceRef, boolean source) {}

    Verdict judge(byte[] bytes) {
        findings = new ArrayList<>();
        found = new HashSet<>();
        accepted = true;
        key = null;
        group = null;
        classes = new TreeMap<>();
        created = CreationDate.UNKNOWN;
        label = null;
        job = null;
        sourceRef = false;
        source = false;
        json = StrictJson.of(bytes);
        line = json.tree;
        if (line == null) {
            find(json.broken, null);
        } else {
            object();
            label();
        }
        Collections.sort(findings);
        return accepted
                ? new Verdict(true, findings, key, group, classes, created, label, job, sourceRef, source)
                : new Verdict(false, findings, key, group, Map.of(), 0, null, null, false, false);
    }

    private void find(FindingCode code, String attribute) {
        find(code, attribute, "");
    }

    /** @param part what of the attribute is meant, where one code may come for several */
    private void find(FindingCode code, String attribute, String part) {
        if (!found.add(code + " " + attribute + " " + part)) {
            return;
        }
        Severity severity = rules.severities().getOrDefault(code, code.severity());
        if (code == EMPTY_ANNOTATIONS && rules.dropNegatives()) {
            severity = Severity.QUARANTINE;
        }
        findings.add(code.code() + " " + severity.word() + " " + attribute);
        accepted &= severity != Severity.QUARANTINE;
    }

    // The object.

    private void object() {
        boolean images = task == null || IMAGES.contains(task.name());
        JsonNode ref = line.path("source-ref");
        JsonNode text = line.path("source");
        sourceRef = isObjectUri(ref);
        source = !images && text.isTextual() && !text.textValue().isEmpty();
        if (ref.isMissingNode() && (images || text.isMissingNode())) {
            find(SOURCE_MISSING, images ? "source-ref" : "source");
        }
        if (!ref.isMissingNode() && !sourceRef) {
            find(SOURCE_INVALID, "source-ref");
        }
        if (!images && !text.isMissingNode() && !source) {
            find(SOURCE_INVALID, "source");
        }
        if (sourceRef) {
            allowed(ref.textValue(), "source-ref");
        }
        if (sourceRef || ref.isMissingNode() && text.isTextual()) {
            key = Hash128.of(sourceRef ? ref.textValue() : text.textValue());
            group = group(sourceRef ? ref.textValue() : "");
        }
    }

    private Hash128 group(String uri) {
        switch (rules.groupBy()) {
            case GroupBy.ByObject none -> {
                return key;
            }
            case GroupBy.ByAttribute by -> {
                JsonNode value = line.path(by.name());
                if (value.isValueNode() && !value.isNull()) {
                    return Hash128.of(json.spelled(by.name()));
                }
                find(GROUP_KEY_MISSING, by.name());
            }
            case GroupBy.ByExpression by -> {
                Matcher matcher = by.pattern().matcher(uri);
                if (!uri.isEmpty() && matcher.find() && matcher.group(1) != null) {
                    return Hash128.of(matcher.group(1));
                }
                find(GROUP_KEY_MISSING, "source-ref");
            }
        }
        return key;
    }

    private static boolean isObjectUri(JsonNode value) {
        if (!value.isTextual() || !value.textValue().startsWith("s3://")) {
            return false;
        }
        String rest = value.textValue().substring("s3://".length());
        int slash = rest.indexOf('/');
        String objectKey = rest.substring(slash + 1);
        return slash > 0 && !objectKey.isEmpty() && !objectKey.endsWith("/")
                && objectKey.getBytes(StandardCharsets.UTF_8).length <= MOST_KEY_BYTES;
    }

    private void allowed(String uri, String attribute) {
        if (!rules.images().isEmpty() && rules.images().stream().noneMatch(uri::startsWith)) {
            find(OBJECT_OUTSIDE_ALLOWED_BUCKETS, attribute);
        }
    }

    // The label.

    private void label() {
        List<String> expected = rules.choice().labels();
        String first = expected.isEmpty() ? null : expected.getFirst();
        String chosen = expected.stream().filter(name -> given(line.path(name))).findFirst()
                .or(() -> expected.stream().filter(line::has).findFirst()).orElse(null);
        if (chosen != null) {
            judgeBy(chosen);
            return;
        }
        String failed = failed(expected::contains);
        String other = failed != null || task == null ? null : anotherOfTheTask();
        if (other != null) {
            judgeBy(other);
            return;
        }
        if (failed == null && expected.isEmpty()) {
            failed = failed(name -> true);
        }
        if (failed != null) {
            find(OBJECT_FAILED, failed);
            return;
        }
        for (Map.Entry<String, JsonNode> entry : line.properties()) {
            String name = described(entry.getKey());
            if (name != null && isLabel(name) && typeOf(name) != null) {
                find(task == null ? UNSUPPORTED_TASK : TASK_DIFFERS, name);
                return;
            }
        }
        find(LABEL_MISSING, first);
    }

    /** The first of those attributes that a labeling job gave up. */
    private String failed(Predicate<String> of) {
        for (Map.Entry<String, JsonNode> entry : line.properties()) {
            String name = described(entry.getKey());
            if (name != null && of.test(name) && given(entry.getValue().path("failure-reason"))) {
                return name;
            }
        }
        return null;
    }

    /** The attribute that a key is the metadata of; {@code null} if it is of none. */
    private static String described(String key) {
        return key.endsWith("-metadata") && key.length() > "-metadata".length() ? key.substring(0, key.length() - "-metadata".length()) : null;
    }

    private boolean isLabel(String name) {
        return line.has(name) && described(name) == null && !name.equals("source") && !name.equals("source-ref");
    }

    private static boolean given(JsonNode value) {
        return !value.isMissingNode() && !value.isNull();
    }

    /** The task of an attribute's type; {@code null} if it has none. */
    private Task typeOf(String name) {
        JsonNode type = line.path(name + "-metadata").path("type");
        return type.isTextual() ? Task.ofType(type.textValue()) : null;
    }

    /** The best by rule 2, among those whose type or, without a type, whose looks (rule 3) tell the dataset's task. */
    private String anotherOfTheTask() {
        String best = null;
        for (Map.Entry<String, JsonNode> entry : line.properties()) {
            String name = described(entry.getKey());
            if (name != null && !name.isBlank() && name.length() <= LONGEST_NAME && isLabel(name) && entry.getValue().isObject()
                    && task.equals(entry.getValue().path("type").isTextual() ? typeOf(name) : looksLike(line.get(name), entry.getValue()))
                    && (best == null || before(name, best))) {
                best = name;
            }
        }
        return best;
    }

    private boolean before(String name, String other) {
        JsonNode metadata = line.get(name + "-metadata");
        JsonNode others = line.get(other + "-metadata");
        boolean adjusted = given(metadata.path("adjustment-status"));
        return adjusted == given(others.path("adjustment-status"))
                ? date(metadata.path("creation-date")) > date(others.path("creation-date")) : adjusted;
    }

    private Task looksLike(JsonNode value, JsonNode metadata) {
        boolean text = line.has("source") && !line.has("source-ref");
        JsonNode map = given(metadata.path("class-map")) ? metadata.path("class-map") : metadata.path("class_map");
        if (value.path("annotations").isArray()) {
            return Task.OBJECT_DETECTION;
        }
        if (value.path("annotations").path("entities").isArray()) {
            return Task.TEXT_SPAN;
        }
        if (value.isArray() && map.isObject()) {
            for (JsonNode item : value) {
                if (wholeOrText(item) < 0) {
                    return null;
                }
            }
            return text ? Task.TEXT_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION_MULTILABEL;
        }
        if (value.isTextual() && value.textValue().startsWith("s3://") && metadata.path("internal-color-map").isObject()) {
            return Task.SEMANTIC_SEGMENTATION;
        }
        return wholeOrText(value) >= 0 && metadata.path("class-name").isTextual()
                ? text ? Task.TEXT_CLASSIFICATION : Task.IMAGE_CLASSIFICATION : null;
    }

    private void judgeBy(String name) {
        label = name;
        JsonNode content = line.get(name);
        JsonNode metadata = line.path(name + "-metadata");
        if (given(metadata.path("failure-reason"))) {
            find(OBJECT_FAILED, name);
            return;
        }
        if (task == null || !task.supported()) {
            find(UNSUPPORTED_TASK, name);
            return;
        }
        if (!given(metadata)) {
            find(METADATA_MISSING, name);
        } else if (!metadata.isObject()) {
            find(METADATA_INVALID, name);
        } else {
            String jobName = metadata.path("job-name").isTextual() ? metadata.path("job-name").textValue() : "";
            job = jobName.isEmpty() || jobName.length() > LONGEST_JOB_NAME ? null : jobName;
            created = date(metadata.path("creation-date"));
            if (given(metadata.path("creation-date")) && created == CreationDate.UNKNOWN) {
                find(CREATION_DATE_UNREADABLE, name);
            }
        }
        Task type = typeOf(name);
        if (type != null && !type.equals(task)) {
            find(TASK_DIFFERS, name);
            return;
        }
        if (content.isNull()) {
            find(LABEL_MISSING, name);
            return;
        }
        if (looksOtherwise(content)) {
            find(TASK_DIFFERS, name);
            return;
        }
        boolean mask = task.name().equals("semantic-segmentation");
        if (mask && !name.endsWith("-ref")) {
            find(MASK_NOT_STREAMED, name);
        }
        if (!mask && name.endsWith("-ref") && !isObjectUri(content)) {
            find(LABEL_TAKEN_FOR_URI, name);
        }
        switch (task.name()) {
            case "object-detection" -> boxes(name, content, metadata);
            case "image-classification", "text-classification" -> oneClass(name, content, metadata);
            case "image-classification-multilabel", "text-classification-multilabel" -> severalClasses(name, content, metadata);
            case "semantic-segmentation" -> mask(name, content, metadata);
            case "text-span" -> spans(name, content, metadata);
            case "custom" -> { }
            default -> throw new AssertionError(task);
        }
    }

    /** Whether the value is plainly what another task writes. */
    private boolean looksOtherwise(JsonNode content) {
        boolean holdsBoxes = content.path("annotations").isArray();
        return switch (task.name()) {
            case "image-classification", "text-classification" -> holdsBoxes || content.isArray();
            case "image-classification-multilabel", "text-classification-multilabel" -> holdsBoxes || wholeOrText(content) >= 0;
            case "semantic-segmentation", "text-span" -> holdsBoxes;
            default -> false;
        };
    }

    // Object detection.

    private void boxes(String name, JsonNode content, JsonNode metadata) {
        Map<Integer, String> map = classMap(name, metadata);
        boolean closed = !map.isEmpty() && !unreadableMap;
        if (!content.isObject()) {
            find(ANNOTATIONS_INVALID, name);
            return;
        }
        JsonNode size = content.path("image_size");
        JsonNode image = size.isArray() && size.size() == 1 ? size.get(0) : size;
        boolean sized = false;
        if (size.isMissingNode() || size.isNull() || size.isArray() && size.isEmpty()) {
            find(IMAGE_SIZE_MISSING, name);
        } else if (!image.isObject() || !positive(image.path("width")) || !positive(image.path("height"))) {
            find(IMAGE_SIZE_INVALID, name);
        } else {
            sized = true;
            if (given(image.path("depth")) && number(image.path("depth")) != 3) {
                find(IMAGE_DEPTH_UNUSUAL, name);
            }
        }
        JsonNode annotations = content.path("annotations");
        if (!annotations.isArray()) {
            find(ANNOTATIONS_INVALID, name);
            return;
        }
        if (annotations.isEmpty()) {
            find(EMPTY_ANNOTATIONS, name);
        }
        for (JsonNode box : annotations) {
            if (!box.isObject()) {
                find(ANNOTATIONS_INVALID, name);
                continue;
            }
            int id = classId(box.path("class_id"));
            if (id < 0) {
                find(CLASS_ID_INVALID, name);
            } else {
                if (closed && !map.containsKey(id)) {
                    find(UNKNOWN_CLASS, name);
                }
                count(id, map.get(id));
            }
            double left = number(box.path("left"));
            double top = number(box.path("top"));
            double width = number(box.path("width"));
            double height = number(box.path("height"));
            if (!Double.isFinite(left) || !Double.isFinite(top) || !Double.isFinite(width) || !Double.isFinite(height)) {
                find(BOX_INVALID, name);
            } else if (width <= 0 || height <= 0) {
                find(BOX_EMPTY, name);
            } else if (sized && (left < -1 || top < -1 || left + width > number(image.path("width")) + 1
                    || top + height > number(image.path("height")) + 1)) {
                find(BOX_OUTSIDE_IMAGE, name);
            }
        }
        listed(map);
        counted(name, metadata.path("objects"), annotations.size());
    }

    // Classes.

    private void oneClass(String name, JsonNode content, JsonNode metadata) {
        Map<Integer, String> map = classMap(name, metadata);
        JsonNode className = metadata.path("class-name");
        int id = classId(content);
        if (id < 0) {
            find(CLASS_ID_INVALID, name);
            return;
        }
        if (given(className) && !className.isTextual()) {
            find(METADATA_INVALID, name, "class-name");
        }
        if (className.isTextual()) {
            count(id, className.textValue());
        } else {
            if (!map.isEmpty() && !unreadableMap && !map.containsKey(id)) {
                find(UNKNOWN_CLASS, name);
            }
            count(id, map.get(id));
        }
        listed(map);
    }

    private void severalClasses(String name, JsonNode content, JsonNode metadata) {
        Map<Integer, String> map = classMap(name, metadata);
        if (!content.isArray()) {
            find(ANNOTATIONS_INVALID, name);
            return;
        }
        if (content.isEmpty()) {
            find(EMPTY_ANNOTATIONS, name);
        }
        Set<Integer> seen = new HashSet<>();
        for (JsonNode item : content) {
            int id = classId(item);
            if (id < 0) {
                find(CLASS_ID_INVALID, name);
            } else if (!seen.add(id)) {
                find(CLASS_REPEATED, name);
            } else {
                if (!map.isEmpty() && !unreadableMap && !map.containsKey(id)) {
                    find(UNKNOWN_CLASS, name);
                }
                count(id, map.get(id));
            }
        }
        listed(map);
    }

    // Masks.

    private void mask(String name, JsonNode content, JsonNode metadata) {
        if (!isObjectUri(content)) {
            find(MASK_INVALID, name);
        } else {
            allowed(content.textValue(), name);
        }
        JsonNode map = metadata.path("internal-color-map");
        if (!metadata.isObject()) {
            return;
        }
        if (!map.isObject()) {
            find(METADATA_INVALID, name);
        }
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            int id = classId(whole(entry.getKey()));
            JsonNode className = entry.getValue().path("class-name");
            if (id < 0 || !className.isTextual() || classes.containsKey(id)) {
                find(METADATA_INVALID, name);
            } else {
                count(id, className.textValue());
            }
        }
    }

    // Entities.

    private void spans(String name, JsonNode content, JsonNode metadata) {
        JsonNode annotations = content.path("annotations");
        JsonNode labels = annotations.path("labels");
        JsonNode entities = annotations.path("entities");
        if (!labels.isArray() || !entities.isArray()) {
            find(ANNOTATIONS_INVALID, name);
            return;
        }
        Map<String, Integer> ids = new TreeMap<>();
        for (int i = 0; i < labels.size(); i++) {
            JsonNode category = labels.get(i).path("label");
            if (!category.isTextual() || i > HIGHEST_CLASS_ID) {
                find(ANNOTATIONS_INVALID, name);
            } else {
                ids.putIfAbsent(category.textValue(), i);
                classes.put(i, new Class(category.textValue(), 0));
            }
        }
        if (entities.isEmpty()) {
            find(EMPTY_ANNOTATIONS, name);
        }
        for (JsonNode entity : entities) {
            if (!entity.isObject()) {
                find(ANNOTATIONS_INVALID, name, "entities");
                continue;
            }
            long start = whole(entity.path("startOffset"));
            long end = whole(entity.path("endOffset"));
            if (!entity.path("label").isTextual() || start < 0 || end <= start) {
                find(SPAN_INVALID, name);
                continue;
            }
            if (line.path("source").isTextual() && !line.has("source-ref") && end > line.get("source").textValue().length()) {
                find(SPAN_OUTSIDE_TEXT, name);
            }
            Integer id = ids.get(entity.get("label").textValue());
            if (id == null) {
                find(UNKNOWN_CLASS, name);
            } else {
                count(id, entity.get("label").textValue());
            }
        }
        counted(name, metadata.path("entities"), entities.size());
    }


    // What several tasks share.

    private void count(int id, String className) {
        Class before = classes.getOrDefault(id, new Class(className, 0));
        classes.put(id, new Class(before.name(), before.annotations() + 1));
    }

    /** Classes that the line knows and does not use. */
    private void listed(Map<Integer, String> map) {
        map.forEach((id, className) -> classes.putIfAbsent(id, new Class(className, 0)));
    }

    private void counted(String name, JsonNode list, int annotations) {
        if (list.isArray() && list.size() != annotations) {
            find(OBJECTS_COUNT_DIFFERS, name);
        }
    }

    private Map<Integer, String> classMap(String name, JsonNode metadata) {
        Map<Integer, String> names = new TreeMap<>();
        JsonNode map = given(metadata.path("class-map")) ? metadata.path("class-map") : metadata.path("class_map");
        unreadableMap = given(map) && !map.isObject();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            int id = classId(whole(entry.getKey()));
            if (id < 0 || !entry.getValue().isTextual() || names.containsKey(id)) {
                unreadableMap = true;
            } else {
                names.put(id, entry.getValue().textValue());
            }
        }
        if (unreadableMap) {
            find(METADATA_INVALID, name);
        }
        return names;
    }

    private static int classId(JsonNode value) {
        return classId(wholeOrText(value));
    }

    private static int classId(long whole) {
        return whole <= HIGHEST_CLASS_ID ? (int) whole : -1;
    }

    /** A whole number of up to 18 digits that is not below 0, without fraction or exponent; else -1. */
    private static long whole(JsonNode value) {
        return value.isIntegralNumber() ? whole(value.bigIntegerValue().toString()) : -1;
    }

    private static long wholeOrText(JsonNode value) {
        return value.isTextual() ? whole(value.textValue()) : whole(value);
    }

    private static long whole(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    private static boolean positive(JsonNode value) {
        return Double.isFinite(number(value)) && number(value) > 0;
    }

    private static double number(JsonNode value) {
        return value.isNumber() ? value.doubleValue() : Double.NaN;
    }

    /** Nanoseconds since 1970, in UTC. */
    static long date(JsonNode value) {
        Matcher matcher = !value.isTextual() ? null : DATE.matcher(value.textValue());
        if (matcher == null || !matcher.matches()) {
            return CreationDate.UNKNOWN;
        }
        try {
            LocalDateTime local = LocalDateTime.of(of(matcher, 1), of(matcher, 2), of(matcher, 3), of(matcher, 4), of(matcher, 5), of(matcher, 6));
            ZoneOffset zone = matcher.group(8) == null ? ZoneOffset.UTC : ZoneOffset.of(matcher.group(8));
            BigDecimal decimals = matcher.group(7) == null ? BigDecimal.ZERO : new BigDecimal("0." + matcher.group(7));
            return BigDecimal.valueOf(local.toEpochSecond(zone)).add(decimals).movePointRight(9).longValueExact();
        } catch (DateTimeException | ArithmeticException e) {
            return CreationDate.UNKNOWN;
        }
    }

    private static int of(Matcher matcher, int part) {
        return Integer.parseInt(matcher.group(part));
    }
}
