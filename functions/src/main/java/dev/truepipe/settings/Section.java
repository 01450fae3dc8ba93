package dev.truepipe.settings;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file, with the keys it may have. Reading a value never fails: a mistake becomes a problem and the
 * default stands in, so that the rest is still read.
 */
final class Section {
    /** Keys that nothing stands in for. */
    private static final Set<String> WITHOUT_DEFAULT =
            Set.of("datasets", "name", "labels", "training", "algorithm", "image", "metrics", "regex", "email",
                    "algorithms", "command", "fault", "subnets", "securityGroups");
    private static final Pattern SHARE = Pattern.compile("(0|[1-9][0-9]{0,2})(?:\\.([0-9]{1,2}))?%");

    private final Problems problems;
    private final String path;
    private final int line;
    private final boolean mapping;
    private final Map<String, Node> values = new LinkedHashMap<>();

    /** @param path where this mapping stands, such as {@code datasets[0].split}; empty for the whole file */
    Section(Problems problems, String path, Node node, List<String> keys, Map<String, String> elsewhere) {
        this.problems = problems;
        this.path = path;
        this.line = Problems.lineOf(node);
        this.mapping = node instanceof MappingNode;
        if (!(node instanceof MappingNode pairs)) {
            problems.add(node, (path.isEmpty() ? "the file" : quoted(path)) + " is " + kind(node) + ", expected keys and values",
                    "write " + String.join(", ", keys.stream().map(key -> key + ": …").toList()));
            return;
        }
        for (NodeTuple tuple : pairs.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                problems.add(tuple.getKeyNode(), "a key" + in() + " is " + kind(tuple.getKeyNode()), "keys are plain words");
                continue;
            }
            String key = keyNode.getValue();
            if (!keys.contains(key)) {
                problems.add(keyNode, "unknown key \"" + key + "\"" + in(), suggestion(key, keys, elsewhere));
            } else if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
                problems.add(keyNode, "\"" + at(key) + "\" is given twice", "keep one of the two, the first is on line "
                        + Problems.lineOf(values.get(key)));
            } else if (isNull(tuple.getValueNode())) {
                problems.add(keyNode, "\"" + at(key) + "\" has no value", "give it one" + orDefault(key));
                values.put(key, tuple.getValueNode());
            }
        }
    }

    private String suggestion(String key, List<String> keys, Map<String, String> elsewhere) {
        Optional<String> near = Spelling.nearest(key, keys);
        if (near.isPresent()) {
            return "did you mean \"" + near.get() + "\"?";
        }
        if (elsewhere.containsKey(key)) {
            return "it belongs " + elsewhere.get(key);
        }
        return "known here: " + String.join(", ", keys);
    }

    /** Whether there are keys at all; if not, that has been told. */
    boolean isMapping() {
        return mapping;
    }

    /** The line on which this mapping begins, from 1. */
    int line() {
        return line;
    }

    /** Where the value of {@code key} stands; without one, where the mapping begins. */
    int line(String key) {
        return values.containsKey(key) ? Problems.lineOf(values.get(key)) : line;
    }

    boolean has(String key) {
        return values.containsKey(key) && !isNull(values.get(key));
    }

    /** The value, unless absent or empty (which has been told). */
    Optional<Node> node(String key) {
        return has(key) ? Optional.of(values.get(key)) : Optional.empty();
    }

    void problem(String key, String what, String cure) {
        problems.add(line(key), what, cure);
    }

    /** The full name of a key, as messages call it. */
    String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    Section section(String key, List<String> keys, Map<String, String> elsewhere) {
        return node(key)
                .map(node -> new Section(problems, at(key), node, keys, elsewhere))
                .orElseGet(() -> new Section(problems, at(key), new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK), keys, elsewhere));
    }

    /** Items of a list; one value alone is a list of one where {@code orOne}. */
    List<Node> items(String key, boolean orOne) {
        Node node = node(key).orElse(null);
        if (node == null) {
            return List.of();
        }
        if (node instanceof SequenceNode list) {
            if (list.getValue().isEmpty()) {
                problem(key, "\"" + at(key) + "\" is an empty list", "give it at least one item" + orDefault(key));
            }
            return list.getValue();
        }
        if (orOne && node instanceof ScalarNode) {
            return List.of(node);
        }
        problem(key, "\"" + at(key) + "\" is " + kind(node) + ", expected a list", "write [first, second]");
        return List.of();
    }

    private static String orDefault(String key) {
        return WITHOUT_DEFAULT.contains(key) ? "" : ", or remove the key to have the default";
    }

    /** Texts of a list, each once. */
    List<Located> texts(String key, boolean orOne) {
        List<Located> all = new ArrayList<>();
        for (Node item : items(key, orOne)) {
            textOf(key, item).ifPresent(text -> {
                if (all.stream().anyMatch(earlier -> earlier.text().equals(text))) {
                    problems.add(item, "\"" + at(key) + "\" names \"" + text + "\" twice", "keep one");
                } else {
                    all.add(new Located(text, Problems.lineOf(item)));
                }
            });
        }
        return all;
    }

    /** Words of a command: single values of any type as they are written, in their order, and twice if they are written twice. */
    List<String> arguments(String key) {
        List<String> all = new ArrayList<>();
        for (Node item : items(key, true)) {
            if (item instanceof ScalarNode scalar && !isNull(item)) {
                all.add(scalar.getValue());
            } else {
                problems.add(item, "\"" + at(key) + "\" has " + kind(item) + " in it, expected single words", "write [program, argument]");
            }
        }
        return all;
    }

    /** A text with the line it stands on. */
    record Located(String text, int line) {}

    Optional<String> text(String key) {
        return node(key).flatMap(node -> textOf(key, node));
    }

    private Optional<String> textOf(String key, Node node) {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.STR) && !scalar.getValue().isBlank()) {
            return Optional.of(scalar.getValue());
        }
        boolean otherScalar = node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.STR) && !isNull(node);
        problems.add(node, "\"" + at(key) + "\" is " + kind(node) + ", expected text",
                otherScalar ? "put it in quotes: \"" + ((ScalarNode) node).getValue() + "\"" : "write some text");
        return Optional.empty();
    }

    <E extends Enum<E>> E word(String key, E standard) {
        Class<E> type = standard.getDeclaringClass();
        List<String> words = Arrays.stream(type.getEnumConstants()).map(Words::of).toList();
        return scalarText(key).flatMap(word -> {
            Optional<E> found = Words.find(type, word);
            if (found.isEmpty()) {
                problem(key, "\"" + at(key) + "\" is \"" + word + "\", expected one of " + String.join(", ", words),
                        Spelling.nearest(word, words).map(near -> "did you mean \"" + near + "\"?")
                                .orElse("write " + Words.of(standard) + " for the default"));
            }
            return found;
        }).orElse(standard);
    }

    Duration duration(String key, Duration standard, Duration least, Duration most) {
        Optional<String> text = scalarText(key);
        if (text.isEmpty()) {
            return standard;
        }
        Duration value;
        try {
            value = Durations.parse(text.get());
        } catch (IllegalArgumentException e) {
            problem(key, "\"" + at(key) + "\" is \"" + text.get() + "\", not a duration",
                    "write a whole number and its unit, s, m, h or d: " + Durations.text(standard));
            return standard;
        }
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            problem(key, "\"" + at(key) + "\" is " + text.get(),
                    "it may be " + Durations.text(least) + " to " + Durations.text(most));
            return standard;
        }
        return value;
    }

    /** A percentage as basis points (100 = 1 %). */
    int share(String key, int standard, int least, int most) {
        Optional<String> text = scalarText(key);
        if (text.isEmpty()) {
            return standard;
        }
        Matcher matcher = SHARE.matcher(text.get());
        if (!matcher.matches()) {
            problem(key, "\"" + at(key) + "\" is \"" + text.get() + "\", not a percentage",
                    "write a number and %, at most two places after the point: " + percent(standard));
            return standard;
        }
        String fraction = matcher.group(2) == null ? "00" : (matcher.group(2) + "0").substring(0, 2);
        int value = Integer.parseInt(matcher.group(1)) * 100 + Integer.parseInt(fraction);
        if (value < least || value > most) {
            problem(key, "\"" + at(key) + "\" is " + text.get(), "it may be " + percent(least) + " to " + percent(most));
            return standard;
        }
        return value;
    }

    long whole(String key, long standard, long least, long most) {
        Optional<Node> node = node(key);
        if (node.isEmpty()) {
            return standard;
        }
        if (!(node.get() instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.INT)) {
            problem(key, "\"" + at(key) + "\" is " + kind(node.get()) + ", expected a whole number", "write " + standard);
            return standard;
        }
        BigInteger value = integer(scalar.getValue());
        if (value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(most)) > 0) {
            problem(key, "\"" + at(key) + "\" is " + value, "it may be " + least + " to " + most);
            return standard;
        }
        return value.longValueExact();
    }

    boolean truth(String key, boolean standard) {
        Optional<Node> node = node(key);
        if (node.isEmpty()) {
            return standard;
        }
        if (!(node.get() instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.BOOL)) {
            problem(key, "\"" + at(key) + "\" is " + kind(node.get()) + ", expected true or false", "write true or false, without quotes");
            return standard;
        }
        return scalar.getValue().equalsIgnoreCase("true");
    }

    double number(String key, double standard) {
        Optional<Node> node = node(key);
        if (node.isEmpty()) {
            return standard;
        }
        if (node.get() instanceof ScalarNode scalar && (scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT))) {
            try {
                double value = new BigDecimal(scalar.getValue()).doubleValue();
                if (value >= 0 && Double.isFinite(value)) {
                    return value;
                }
                problem(key, "\"" + at(key) + "\" is " + scalar.getValue(), "it may be 0 or more");
                return standard;
            } catch (NumberFormatException notFinite) {
                problem(key, "\"" + at(key) + "\" is " + scalar.getValue(), "write a plain number such as " + standard);
                return standard;
            }
        }
        problem(key, "\"" + at(key) + "\" is " + kind(node.get()) + ", expected a number", "write " + standard);
        return standard;
    }

    /** Free keys with single values, each as it is written. */
    Map<String, String> free(String key, String example) {
        Map<String, String> all = new LinkedHashMap<>();
        Node node = node(key).orElse(null);
        if (node == null) {
            return all;
        }
        if (!(node instanceof MappingNode mapping)) {
            problem(key, "\"" + at(key) + "\" is " + kind(node) + ", expected keys and values", "write { " + example + " }");
            return all;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (name.isBlank()) {
                problems.add(tuple.getKeyNode(), "a key in \"" + at(key) + "\" is " + kind(tuple.getKeyNode()), "write { " + example + " }");
            } else if (!(tuple.getValueNode() instanceof ScalarNode value) || isNull(value)) {
                problems.add(tuple.getValueNode(), "\"" + at(key) + "." + name + "\" is " + kind(tuple.getValueNode())
                        + ", expected one value", "write { " + example + " }");
            } else if (all.putIfAbsent(name, value.getValue()) != null) {
                problems.add(tuple.getKeyNode(), "\"" + at(key) + "." + name + "\" is given twice", "keep one of the two");
            }
        }
        return all;
    }

    /** Line of one of the {@link #free} values. */
    int lineOfFree(String key, String name) {
        return node(key).filter(MappingNode.class::isInstance).map(MappingNode.class::cast).stream()
                .flatMap(mapping -> mapping.getValue().stream())
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(name))
                .mapToInt(tuple -> Problems.lineOf(tuple.getKeyNode()))
                .findFirst().orElse(line);
    }

    /** What was written, whatever its type; a list or mapping is a problem. */
    Optional<String> scalarText(String key) {
        return node(key).flatMap(node -> {
            if (node instanceof ScalarNode scalar) {
                return Optional.of(scalar.getValue());
            }
            problem(key, "\"" + at(key) + "\" is " + kind(node) + ", expected one value", "write it on the same line");
            return Optional.empty();
        });
    }

    private String in() {
        return path.isEmpty() ? "" : " in " + quoted(path);
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
    }

    /** As YAML 1.2's JSON schema and core schema write integers. */
    private static BigInteger integer(String text) {
        if (text.startsWith("0x")) {
            return new BigInteger(text.substring(2), 16);
        }
        if (text.startsWith("0o")) {
            return new BigInteger(text.substring(2), 8);
        }
        return new BigInteger(text);
    }

    static String percent(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + "%";
    }

    static String kind(Node node) {
        return switch (node) {
            case MappingNode _ -> "a mapping";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar when isNull(scalar) || scalar.getValue().isBlank() -> "empty";
            case ScalarNode scalar when scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT) -> "the number " + scalar.getValue();
            case ScalarNode scalar when scalar.getTag().equals(Tag.BOOL) -> scalar.getValue();
            case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
            default -> "something else";
        };
    }
}
