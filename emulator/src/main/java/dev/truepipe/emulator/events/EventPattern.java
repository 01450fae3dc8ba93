package dev.truepipe.emulator.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An EventBridge pattern: nested objects of field names, each leaf a list of which one must fit. Strings, numbers,
 * booleans and {@code null} fit themselves; {@code {"prefix"}}, {@code {"suffix"}}, {@code {"wildcard"}}, {@code {"exists"}} and
 * {@code {"anything-but"}} with exact values as AWS has them. What is not there, {@code null}, {@code true} and {@code false} are
 * not anything but something: they fit no {@code anything-but}.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html">event patterns</a>
 */
final class EventPattern {
    private static final String ANYTHING_BUT = "anything-but";
    /** EventBridge refuses two asterisks side by side, and a backslash before anything but an asterisk or a backslash. */
    private static final Pattern WILDCARD = Pattern.compile("\\*?(?:(?:[^*\\\\]|\\\\[*\\\\])\\*?)*", Pattern.DOTALL);

    private final Map<String, Object> pattern;

    /** @throws IllegalArgumentException if the pattern asks for what is not done here, naming the field */
    EventPattern(String rule, Map<String, Object> pattern) {
        check(rule, "$", pattern);
        this.pattern = pattern;
    }

    boolean matches(Map<String, Object> event) {
        return matches(pattern, event);
    }

    private static void check(String rule, String path, Map<?, ?> pattern) {
        for (Map.Entry<?, ?> field : pattern.entrySet()) {
            String at = path + "." + field.getKey();
            switch (field.getValue()) {
                case Map<?, ?> nested -> check(rule, at, nested);
                case List<?> choices when !choices.isEmpty() -> {
                    for (Object choice : choices) {
                        if (choice instanceof Map<?, ?> test && !isTest(test)) {
                            throw new IllegalArgumentException("rule " + rule + ": " + at + " asks for " + test
                                    + "; the embedded EventBridge knows exact values, prefix, suffix, wildcard, exists, and anything-but with strings or with numbers");
                        }
                    }
                }
                case null, default -> throw new IllegalArgumentException(
                        "rule " + rule + ": " + at + " must be an object or a list that is not empty");
            }
        }
    }

    private static boolean isTest(Map<?, ?> test) {
        return test.size() == 1
                && (test.get("prefix") instanceof String || test.get("suffix") instanceof String || test.get("exists") instanceof Boolean
                        || test.get("wildcard") instanceof String wildcard && WILDCARD.matcher(wildcard).matches()
                        || test.containsKey(ANYTHING_BUT) && isExact(excluded(test)));
    }

    /** EventBridge takes strings or numbers, not both in one list. */
    private static boolean isExact(List<?> values) {
        return !values.isEmpty()
                && (values.stream().allMatch(String.class::isInstance) || values.stream().allMatch(Number.class::isInstance));
    }

    /** One value alone is a list of one. */
    private static List<?> excluded(Map<?, ?> test) {
        return test.get(ANYTHING_BUT) instanceof List<?> several ? several : Collections.singletonList(test.get(ANYTHING_BUT));
    }

    private static boolean matches(Map<?, ?> pattern, Object event) {
        Map<?, ?> fields = event instanceof Map<?, ?> map ? map : Map.of();
        for (Map.Entry<?, ?> field : pattern.entrySet()) {
            Object value = fields.get(field.getKey());
            boolean fits = field.getValue() instanceof Map<?, ?> nested
                    ? matches(nested, value)
                    : ((List<?>) field.getValue()).stream().anyMatch(choice -> fits(choice, value, fields.containsKey(field.getKey())));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(Object choice, Object value, boolean present) {
        if (choice instanceof Map<?, ?> test && test.get("exists") instanceof Boolean exists) {
            return exists == present;
        }
        if (!present) {
            return false;
        }
        List<Object> values = new ArrayList<>();
        if (value instanceof List<?> several) {
            values.addAll(several);
        } else {
            values.add(value);
        }
        return values.stream().anyMatch(one -> one(choice, one));
    }

    /** {@code *} fits any characters, none too; a backslash takes its meaning from what follows. */
    private static boolean fits(String wildcard, String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < wildcard.length(); i++) {
            char c = wildcard.charAt(i);
            regex.append(c == '*' ? ".*" : Pattern.quote(String.valueOf(c == '\\' ? wildcard.charAt(++i) : c)));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(text).matches();
    }

    private static boolean one(Object choice, Object value) {
        if (choice instanceof Map<?, ?> test && test.containsKey(ANYTHING_BUT)) {
            return (value instanceof String || value instanceof Number) && excluded(test).stream().noneMatch(no -> one(no, value));
        }
        if (choice instanceof Map<?, ?> test) {
            return value instanceof String text
                    && (test.get("prefix") instanceof String prefix && text.startsWith(prefix)
                            || test.get("suffix") instanceof String suffix && text.endsWith(suffix)
                            || test.get("wildcard") instanceof String wildcard && fits(wildcard, text));
        }
        if (choice instanceof Number wanted && value instanceof Number found) {
            return Double.compare(wanted.doubleValue(), found.doubleValue()) == 0;
        }
        return choice == null ? value == null : choice.equals(value);
    }
}
