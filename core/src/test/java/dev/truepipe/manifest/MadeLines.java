package dev.truepipe.manifest;

import dev.truepipe.split.GroupBy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Lines of every task, and what goes wrong with them, made from a seed: first as values, then in an order of keys, white space
 * and escapes, then as bytes. Datasets of some hundred lines follow one another; within one most lines are built alike,
 * many nearly alike (a key renamed, moved, twice, missing, a space more) and some otherwise.
 */
final class MadeLines {
    private static final String[] TASKS = {
        "object-detection", "object-detection", "object-detection", "object-detection", "object-detection", "image-classification", "image-classification",
        "image-classification-multilabel", "image-classification-multilabel", "semantic-segmentation", "semantic-segmentation", "text-classification",
        "text-classification", "text-classification-multilabel", "text-classification-multilabel", "text-span", "text-span", "custom", "custom",
        "label-verification", "video-object-tracking", "point_cloud_object_detection", "juggling"
    };
    private static final String[] LABELS = {"boxes", "boxes", "classes", "street-cars", "label", "라벨", "$kind", "a b", "labels-ref", "x-metadata-x", "\u200bnull"};
    private static final String[] NAMES = {"car", "truck", "설문", "설비 ", "bus", "", "a\"b", "🚗", "class-map"};
    private static final String[] TEXTS = {"Ana flew to Oslo.", "🚗 at 'Oslo'", "é", "", "\u2028\t", "설문 조사", "s3://a/b"};
    private static final String[] KEYS = {
        "source-ref", "source", "boxes", "boxes-metadata", "label", "label-metadata", "annotations", "image_size", "class_id", "left", "top", "width",
        "height", "depth", "objects", "class-map", "class_map", "class-name", "type", "creation-date", "failure-reason", "adjustment-status", "entities",
        "labels", "startOffset", "endOffset", "internal-color-map", "confidence", "0", "1", "65536", "camera", "", "-metadata", "é", "class_ids", "leftt"
    };
    private static final String[] DATES = {
        "2025-03-04T09:12:44.120871", "2025-03-04T09:12:44", "2025-03-04 09:12:44.5", "2025-03-04T09:12:44Z", "2025-03-04T09:12:44.123456789+02:00",
        "2025-03-04T09:12:44-0530", "2025-03-04T09:12:44+02", "2025-02-30T00:00:00", "2024-02-29T23:59:59.999999999Z", "2025-03-04", "yesterday", "",
        "2025-03-04T24:00:00", "2025-03-04T09:12:60", "2025-03-04T09:12:44.", "2025-03-04T09:12:44.1234567890", "2025-03-04t09:12:44z",
        "2025-03-04T09:12:44+18:00", "2025-03-04T09:12:44+18:01", "1600-01-01T00:00:00", "1678-01-01T00:00:00", "2262-12-31T00:00:00", "0000-01-01T00:00:00",
        "2025-03-0409:12:44", "2025-03-04T 09:12:44", "2025-03-04T09:12:44ZZ", "+2025-03-04T09:12:44", "2025-03-04T09:12:44,5", "-2025-03-04T09:12:44",
        "2025-03-04T09:12:44+00:00:00", "２025-03-04T09:12:44", "2025-3-4T09:12:44", "2025-03-04T09:12", "2025-03-04T09:12:44 Z", "20250304T091244"
    };
    private static final String[] URIS = {
        "s3://images/cam1/frame 0001.jpg", "s3://images/cam2/2.jpg", "s3://images/설문/이미지 1.png", "s3://images/a\u200bb.jpg", "s3://other/1.jpg", "s3://images2/1.jpg",
        "s3://images", "s3://images/", "s3://images/folder/", "s3:///x.jpg", "https://images/1.jpg", "S3://images/1.jpg", "", "s3://", "s3://a//", "s3://a//b", "s3://images/cam7/x"
    };
    private static final String[] ODD = {
        "null", "true", "false", "0", "1", "-1", "1.5", "1.0", "1e0", "1e400", "-1e400", "-0", "-0.0", "3", "3.0", "7", "65535", "65536", "2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775807", "99999999999999999999", "18446744073709551616", "1e-400", "0.1", "1E2", "123456789012345678", "1234567890123456789",
        "0.30000000000000004", "1.7976931348623157e308", "4.9e-324", "291.00000000000006", "12345678901234567890.5",
        "\"\"", "\"0\"", "\"1\"", "\"7\"", "\"007\"", "\"-0\"", "\"-1\"", "\"+1\"", "\"1.0\"", "\" 1\"", "\"1 \"", "\"٣\"", "\"65535\"", "\"65536\"", "\"00000000000000000001\"", "\"text\"", "\"[0,1]\"", "\"[\"", "\"\\u0030\"",
        "[]", "{}", "[0]", "[\"0\"]", "[0,1]", "[1,0,1]", "[null]", "[1.5]", "[{}]", "[[]]", "[true]", "[0,\"x\"]", "{\"annotations\":[]}", "{\"annotations\":null}", "{\"annotations\":{}}", "{\"0\":\"car\"}", "{\"0\":{\"class-name\":\"car\"}}",
        "{\"annotations\":{\"entities\":[],\"labels\":[]}}", "{\"annotations\":{\"entities\":{}}}", "{\"a\":{\"b\":[1,{\"c\":\"\"}]}}", "\"s3://masks/1.png\"",
        "\"groundtruth/object-detection\"", "\"groundtruth/image-classification\"", "\"groundtruth/custom-words\"", "\"groundtruth/\"", "\"groundtruth\"", "\"groundtruth/label-verification\"",
        "\"groundtruth/text-span\"", "\"groundtruth/video-classification\"", "{\"failure-reason\":\"expired\"}", "{\"failure-reason\":null}", "{\"type\":\"groundtruth/object-detection\"}"
    };
    private static final String[] PIECES = {
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "1e5", ".5", "\\u00e9", "\\ud83d\\ude97", "\\ud83d", "\\udc00", "true", "nul", "\\u12", "\\ud83d\\u0041", "\\ud83d\\x",
        "é", "설", " ", "\t", "\r", "\u0001", "\u0000", "/*x*/", "NaN", "'", "\"boxes\":1,", "\\x", "\\/", "\u2028", "\u007f", "\ufeff", "E", "+"
    };

    private final Random random;
    private String task;
    private String label;
    private int linesLeft;
    private ScanRules rules;
    private Style style;
    private long order;
    private Fields last;

    MadeLines(long seed) {
        random = new Random(seed);
    }

    /** Text as JSON spells it, put into the line as it is. */
    private record Raw(String json) {}

    /** @param escaped whether some of its key's characters are written as escapes, however others are */
    private record Field(String key, Object value, boolean escaped) {
        Field(String key, Object value) {
            this(key, value, false);
        }
    }

    /** An object that may hold a key twice. */
    private static final class Fields {
        final List<Field> fields = new ArrayList<>();

        Fields with(String key, Object value) {
            fields.add(new Field(key, value));
            return this;
        }
    }

    /** How a line is written: white space in one place of {@code spaces}, escapes in one character of {@code escapes}; 0: never. */
    private record Style(int spaces, int escapes, boolean afterColon) {}

    private static final Style ESCAPED = new Style(0, 2, false);

    /** Goes to the next line. @return whether it is the first of a dataset, with rules of its own */
    boolean startsDataset() {
        if (linesLeft > 0) {
            linesLeft--;
            return false;
        }
        linesLeft = 20 + random.nextInt(300);
        task = any(TASKS);
        label = any(LABELS);
        if (task.equals("semantic-segmentation") && random.nextInt(4) > 0) {
            label = "road-ref";
        }
        style = style();
        order = random.nextLong();
        last = null;
        rules = madeRules();
        return true;
    }

    private ScanRules madeRules() {
        List<String> labels = new ArrayList<>(List.of(label));
        if (random.nextInt(4) == 0) {
            labels.add(random.nextInt(2), any(LABELS));
        }
        Task judged = random.nextInt(16) == 0 ? new Task(any(TASKS)) : new Task(task);
        boolean unknown = random.nextInt(30) == 0;
        boolean nameless = random.nextInt(30) == 0;
        Map<FindingCode, Severity> severities = new EnumMap<>(FindingCode.class);
        for (FindingCode code : FindingCode.values()) {
            Severity severity = Severity.values()[random.nextInt(2)];
            if (random.nextInt(4) == 0 && !code.ofDataset()) {
                try {
                    code.requireAllowed(severity);
                    severities.put(code, severity);
                } catch (IllegalArgumentException e) {
                    severities.put(code, Severity.QUARANTINE);
                }
            }
        }
        GroupBy groupBy = GroupBy.parse(switch (random.nextInt(8)) {
            case 0 -> "attribute:camera";
            case 1 -> "attribute:" + any(new String[] {"source-ref", "source", label, label + "-metadata", "\uac00"});
            case 2 -> "/(cam[0-9]+)/";
            case 3 -> "(x)?s3";
            default -> "object";
        });
        return new ScanRules(new LabelChoice(unknown ? null : judged, nameless || unknown && random.nextInt(4) > 0 ? List.of() : labels.stream().distinct().toList()), groupBy,
                random.nextInt(4) == 0, random.nextInt(3) == 0 ? List.of("s3://images/", "s3://masks/a") : List.of(), severities);
    }

    /** The label attribute that most of this dataset's lines have. */
    String label() {
        return label;
    }

    /** What the lines of this dataset are judged by; now and then of another task or name than the lines are. */
    ScanRules rules() {
        return rules;
    }

    /** A line without its newline; may be blank. */
    byte[] line() {
        Fields fields = last != null && random.nextInt(6) == 0 ? last : ordered(fields(), random.nextInt(12) == 0 ? random.nextLong() : order);
        if (random.nextInt(5) < 2) {
            for (int k = random.nextInt(2); k >= 0; k--) {
                mutate(fields);
            }
        }
        last = random.nextInt(4) == 0 ? null : fields;
        StringBuilder text = new StringBuilder();
        write(random.nextInt(400) == 0 ? random.nextBoolean() ? List.of(fields, "text") : new Raw(any(ODD)) : fields, random.nextInt(10) == 0 ? style() : style, text);
        if (random.nextInt(40) == 0) {
            text.append(any(new String[] {" ", "\r", "\t", "x", "{}", ",", "\u00a0"}));
        }
        if (random.nextInt(60) == 0) {
            text.insert(random.nextInt(text.length()), " ");
        }
        return random.nextInt(7) == 0 ? mutated(text) : text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String any(String[] all) {
        return all[random.nextInt(all.length)];
    }

    private Style style() {
        return new Style(random.nextInt(3) == 0 ? 1 + random.nextInt(30) : 0, random.nextInt(4) == 0 ? 1 + random.nextInt(40) : 0, random.nextInt(3) == 0);
    }

    // Values.

    private Fields fields() {
        boolean ofTexts = task.startsWith("text") || task.equals("custom") && random.nextInt(3) == 0;
        Fields line = new Fields();
        int object = random.nextInt(40);
        if (ofTexts && object > 1 || object == 0) {
            line.with("source", random.nextInt(4) > 0 ? TEXTS[0] : any(TEXTS));
        }
        if (!ofTexts && object > 0 || object == 2) {
            line.with("source-ref", random.nextInt(10) > 0 ? "s3://images/cam" + random.nextInt(3) + "/" + random.nextInt(999) + ".jpg" : any(URIS));
        }
        if (random.nextInt(3) > 0) {
            line.with("camera", random.nextInt(2) == 0 ? any(NAMES) : new Raw(any(ODD)));
        }
        boolean otherwise = random.nextInt(16) == 0;
        String written = otherwise ? any(TASKS) : task;
        int kind = random.nextInt(24);
        if (kind == 0) {
            line.with(label + "-metadata", failed());
        } else if (kind > 1) {
            label(line, random.nextInt(30) == 0 ? any(LABELS) : label, written);
        }
        if (random.nextInt(8) == 0) {
            String second = any(new String[] {label + "-chain", "other", "verify", any(LABELS)});
            if (random.nextInt(5) == 0) {
                line.with(second + "-metadata", failed());
            } else if (!second.equals(label)) {
                label(line, second, random.nextInt(2) == 0 ? task : any(TASKS));
            }
        }
        if (random.nextInt(10) == 0) {
            line.with(any(KEYS), new Raw(any(ODD)));
        }
        if (random.nextInt(400) == 0) {
            int levels = 998 + random.nextInt(4);
            line.with("deep", new Raw("[".repeat(levels) + "]".repeat(levels)));
        }
        return line;
    }

    private Fields failed() {
        return new Fields().with("retry-count", new Raw("1")).with("failure-reason", "ClientError: expired.").with("human-annotated", "true");
    }

    private void label(Fields line, String name, String written) {
        Fields metadata = new Fields();
        Object content = switch (written) {
            case "object-detection", "point_cloud_object_detection" -> boxes(metadata);
            case "image-classification", "text-classification", "label-verification", "juggling" -> oneClass(metadata);
            case "image-classification-multilabel", "text-classification-multilabel" -> classes(metadata);
            case "semantic-segmentation", "video-object-tracking" -> mask(metadata);
            case "text-span" -> spans(metadata);
            default -> new Raw(any(ODD));
        };
        if (random.nextInt(12) > 0) {
            metadata.with("type", "groundtruth/" + written);
        }
        metadata.with("human-annotated", "yes");
        if (random.nextInt(12) > 0) {
            metadata.with("creation-date", random.nextInt(3) > 0 ? "2025-03-04T09:%02d:%02d.120871".formatted(random.nextInt(60), random.nextInt(60)) : any(DATES));
        }
        if (random.nextInt(15) == 0) {
            metadata.with("adjustment-status", any(new String[] {"adjusted", "unadjusted"}));
        }
        if (random.nextInt(40) == 0) {
            metadata.with("failure-reason", "expired");
        }
        if (random.nextInt(20) > 0) {
            metadata.with("job-name", random.nextInt(40) > 0 ? "labeling-job/" + name : "j".repeat(random.nextInt(2) * (255 + random.nextInt(3))));
        }
        int kind = random.nextInt(30);
        if (kind > 0) {
            line.with(name, content);
        }
        if (kind > 1) {
            line.with(name + "-metadata", metadata);
        }
    }

    private Object number(int most) {
        return new Raw(switch (random.nextInt(8)) {
            case 0 -> random.nextInt(most) + "." + random.nextInt(1_000);
            case 1 -> random.nextInt(most) + ".0";
            case 2 -> random.nextInt(Math.max(1, most / 10)) + "e1";
            case 3 -> (random.nextInt(8) == 0 ? "-" : random.nextInt(60) == 0 ? "0" : "") + random.nextInt(random.nextInt(4) == 0 ? 4 : most);
            default -> Integer.toString(random.nextInt(most));
        });
    }

    private Object id() {
        int id = random.nextInt(4);
        return switch (random.nextInt(40)) {
            case 0, 1, 2 -> Integer.toString(id);
            case 3 -> new Raw(any(new String[] {id + ".0", id + ".5", "0" + id, "-" + id, id + "e0"}));
            default -> new Raw(Integer.toString(id));
        };
    }

    private Fields classMap(int most) {
        Fields map = new Fields();
        for (int id = 0; id < most; id++) {
            if (random.nextInt(8) > 0) {
                map.with(Integer.toString(id), random.nextInt(20) == 0 ? new Raw(any(ODD)) : NAMES[id]);
            }
        }
        return map;
    }

    private void classMap(Fields metadata) {
        if (random.nextInt(8) > 0) {
            metadata.with(random.nextInt(10) == 0 ? "class_map" : "class-map", random.nextInt(6) == 0 ? new Fields() : classMap(4));
        }
    }

    private Fields boxes(Fields metadata) {
        List<Object> boxes = new ArrayList<>();
        List<Object> objects = new ArrayList<>();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            Fields box = new Fields().with("class_id", id()).with("left", number(200)).with("top", number(150)).with("width", number(130)).with("height", number(100));
            boxes.add(ordered(box, random.nextInt(12) == 0 ? random.nextLong() : order));
            if (random.nextInt(30) > 0) {
                objects.add(new Fields().with("confidence", new Raw("0.09")));
            }
        }
        if (random.nextInt(12) > 0) {
            metadata.with("objects", objects);
        }
        classMap(metadata);
        Fields size = new Fields().with("width", new Raw("320")).with("height", new Raw("240")).with("depth", new Raw(random.nextInt(12) == 0 ? any(ODD) : "3"));
        return new Fields().with("image_size", random.nextInt(10) == 0 ? size : new ArrayList<Object>(List.of(size))).with("annotations", boxes);
    }

    private Object oneClass(Fields metadata) {
        if (random.nextInt(5) > 0) {
            metadata.with("class-name", any(NAMES));
        }
        if (random.nextInt(3) == 0) {
            classMap(metadata);
        }
        metadata.with("confidence", new Raw("0.95"));
        return id();
    }

    private Object classes(Fields metadata) {
        List<Object> list = new ArrayList<>();
        for (int id = 0; id < 4; id++) {
            if (random.nextInt(3) == 0) {
                list.add(random.nextInt(15) == 0 ? id() : new Raw(Integer.toString(id)));
            }
        }
        Collections.shuffle(list, random);
        classMap(metadata);
        metadata.with("confidence-map", new Fields().with("1", new Raw("0.66")));
        return list;
    }

    private Object mask(Fields metadata) {
        Fields map = new Fields();
        for (int id = 0; id < random.nextInt(4); id++) {
            map.with(Integer.toString(id), random.nextInt(20) == 0 ? new Raw(any(ODD))
                    : new Fields().with("class-name", NAMES[id]).with("hex-color", "#2ca02c").with("confidence", new Raw("0.9")));
        }
        if (random.nextInt(12) > 0) {
            metadata.with("internal-color-map", map);
        }
        return random.nextInt(8) == 0 ? any(URIS) : "s3://masks/" + any(new String[] {"a", "b", "a 설"}) + "/" + random.nextInt(99) + ".png";
    }

    private Object spans(Fields metadata) {
        List<Object> labels = new ArrayList<>();
        for (int i = 0; i < random.nextInt(5); i++) {
            labels.add(random.nextInt(25) == 0 ? new Raw(any(ODD)) : new Fields().with("label", any(NAMES)).with("shortDisplayName", "x"));
        }
        List<Object> entities = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            int start = random.nextInt(6);
            entities.add(ordered(new Fields().with("label", any(NAMES)).with("startOffset", new Raw(Integer.toString(start)))
                    .with("endOffset", new Raw(Integer.toString(start + random.nextInt(6)))), order));
        }
        if (random.nextInt(8) > 0) {
            metadata.with("entities", new ArrayList<Object>(Collections.nCopies(entities.size(), new Fields().with("confidence", new Raw("0.1")))));
        }
        return new Fields().with("annotations", ordered(new Fields().with("labels", labels).with("entities", entities), order));
    }

    /** The fields in an order that the same seed gives the same keys. */
    private static Fields ordered(Fields fields, long seed) {
        if ((seed & 3) != 0) {
            Collections.shuffle(fields.fields, new Random(seed));
        }
        return fields;
    }

    // What goes wrong with values.

    private void mutate(Fields line) {
        Object at = line;
        while (random.nextInt(4) > 0) {
            List<Object> inner = new ArrayList<>();
            for (Object value : at instanceof Fields fields ? fields.fields.stream().map(Field::value).toList() : (List<?>) at) {
                if (value instanceof Fields || value instanceof List) {
                    inner.add(value);
                }
            }
            if (inner.isEmpty()) {
                break;
            }
            at = inner.get(random.nextInt(inner.size()));
        }
        if (at instanceof Fields fields) {
            mutateFields(fields.fields);
        } else {
            mutateItems((List<?>) at);
        }
    }

    private void mutateFields(List<Field> fields) {
        if (fields.isEmpty()) {
            fields.add(new Field(any(KEYS), new Raw(any(ODD))));
            return;
        }
        int i = random.nextInt(fields.size());
        Field field = fields.get(i);
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> fields.set(i, new Field(field.key(), new Raw(any(ODD))));
            case 3 -> fields.remove(i);
            case 4 -> fields.set(i, new Field(any(KEYS), field.value()));
            case 5 -> fields.add(random.nextInt(fields.size() + 1), new Field(field.key(), random.nextBoolean() ? field.value() : new Raw(any(ODD))));
            case 6 -> fields.add(random.nextInt(fields.size()), fields.remove(i));
            case 7 -> fields.set(i, new Field(bent(field.key()), field.value()));
            case 8 -> fields.set(i, new Field(field.key(), field.value(), true));
            case 9 -> fields.set(i, new Field(fields.get(random.nextInt(fields.size())).key(), field.value(), random.nextBoolean()));
            default -> fields.set(i, new Field(field.key(), any(random.nextBoolean() ? DATES : random.nextBoolean() ? URIS : TEXTS)));
        }
    }

    /** A key one character off. */
    private String bent(String key) {
        int at = random.nextInt(key.length() + 1);
        return switch (random.nextInt(3)) {
            case 0 -> key.substring(0, at) + any(new String[] {"x", "-", "_", " ", "é", "0"}) + key.substring(at);
            case 1 -> key.isEmpty() ? "x" : key.substring(0, key.length() - 1);
            default -> at == key.length() ? key.toUpperCase(java.util.Locale.ROOT) : key.substring(0, at) + (char) (key.charAt(at) ^ 1) + key.substring(at + 1);
        };
    }

    @SuppressWarnings("unchecked")
    private void mutateItems(List<?> items) {
        List<Object> list = (List<Object>) items;
        int i = random.nextInt(list.size() + 1);
        if (i == list.size() || random.nextInt(4) == 0) {
            list.add(i, i > 0 && random.nextBoolean() ? list.get(i - 1) : new Raw(any(ODD)));
        } else if (random.nextInt(3) == 0) {
            list.remove(i);
        } else {
            list.set(i, new Raw(any(ODD)));
        }
    }

    // Spelling.

    private void write(Object value, Style style, StringBuilder into) {
        space(style, into);
        switch (value) {
            case Raw raw -> into.append(raw.json());
            case String text -> string(text, style, into);
            case Fields fields -> {
                into.append('{');
                for (int i = 0; i < fields.fields.size(); i++) {
                    into.append(i > 0 ? "," : "").append(i > 0 && style.afterColon() ? " " : "");
                    space(style, into);
                    string(fields.fields.get(i).key(), fields.fields.get(i).escaped() ? ESCAPED : style, into);
                    space(style, into);
                    into.append(style.afterColon() ? ": " : ":");
                    write(fields.fields.get(i).value(), style, into);
                }
                into.append('}');
            }
            case List<?> items -> {
                into.append('[');
                for (int i = 0; i < items.size(); i++) {
                    into.append(i > 0 ? "," : "").append(i > 0 && style.afterColon() ? " " : "");
                    write(items.get(i), style, into);
                }
                into.append(']');
            }
            default -> throw new AssertionError(value);
        }
        space(style, into);
    }

    private void space(Style style, StringBuilder into) {
        if (style.spaces() > 0 && random.nextInt(style.spaces()) == 0) {
            into.append(" \t\r ".charAt(random.nextInt(4)));
        }
    }

    private void string(String text, Style style, StringBuilder into) {
        into.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\' || c < ' ') {
                into.append(c == '\t' ? "\\t" : c < ' ' ? "\\u%04x".formatted((int) c) : "\\" + c);
            } else if (style.escapes() > 0 && random.nextInt(style.escapes()) == 0) {
                into.append(c == '/' && random.nextBoolean() ? "\\/" : (random.nextBoolean() ? "\\u%04x" : "\\u%04X").formatted((int) c));
            } else {
                into.append(c);
            }
        }
        into.append('"');
    }

    // What goes wrong with bytes.

    private byte[] mutated(StringBuilder text) {
        for (int k = random.nextInt(3); k > 0; k--) {
            int at = random.nextInt(Math.max(1, text.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, at + 1);
                case 1 -> text.setLength(Math.max(1, at));
                default -> text.insert(Math.min(at, text.length()), any(PIECES));
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(3) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '\n' ? (byte) ' ' : bytes[i];
        }
        return bytes;
    }
}
