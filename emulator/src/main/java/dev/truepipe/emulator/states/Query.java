package dev.truepipe.emulator.states;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.Jsonata.JFunction;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * One JSONata expression, with {@code $states}, the variables in reach, and the functions that Step Functions adds:
 * {@code $uuid $hash $parse $partition $range $random}. Safe for many threads.
 */
final class Query {
    private static final Pattern EVAL = Pattern.compile("\\$eval\\s*\\(");
    private static final Set<String> HASHES = Set.of("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512");
    /** Beyond this a double no longer tells neighbouring integers apart. */
    private static final double EXACT = 9_007_199_254_740_992.0;

    private static final Map<String, JFunction> FUNCTIONS = Map.of(
            "uuid", new JFunction((input, args) -> UUID.randomUUID().toString(), "<:s>"),
            "hash", new JFunction((input, args) -> hash(args.get(0), (String) args.get(1)), "<xs:s>"),
            "parse", new JFunction((input, args) -> parse((String) args.get(0)), "<s:x>"),
            "partition", new JFunction((input, args) -> partition((List<?>) args.get(0), (Number) args.get(1)), "<an:a>"),
            "range", new JFunction(
                    (input, args) -> range((Number) args.get(0), (Number) args.get(1), (Number) args.get(2)), "<nnn:a>"),
            "random", new JFunction((input, args) -> random(args.isEmpty() ? null : (Number) args.get(0)), "<n?:n>"));

    private final String text;

    /** @throws IllegalArgumentException if the text is not JSONata, or not what Step Functions allows of it */
    Query(String text) {
        this.text = text;
        if (text.isBlank()) {
            throw new IllegalArgumentException("empty expression");
        }
        if (EVAL.matcher(text).find()) {
            throw new IllegalArgumentException("$eval is not there in Step Functions; use $parse for JSON text");
        }
        try {
            Jsonata.jsonata(text);
        } catch (JException e) {
            throw new IllegalArgumentException(e.getMessage() + " (at character " + e.getLocation() + ")", e);
        }
    }

    String text() {
        return text;
    }

    /**
     * The expression's value; a JSON {@code null} is Java's.
     *
     * @param states what {@code $states} is
     * @param variables by name, without {@code $}
     * @param where state and field, for the error
     * @throws Fault {@code States.QueryEvaluationError} if it has no value, throws, or is not JSON
     */
    Object evaluate(Map<String, Object> states, Map<String, Object> variables, String where) throws Fault {
        Jsonata jsonata = Jsonata.jsonata(text);
        jsonata.setOutputConvertNulls(false);
        Jsonata.Frame frame = jsonata.createFrame();
        FUNCTIONS.forEach((name, function) -> frame.bind(name, function));
        variables.forEach((name, value) -> frame.bind(name, in(value)));
        frame.bind("states", in(states));
        Object value;
        try {
            value = jsonata.evaluate(null, frame);
        } catch (JException | IllegalArgumentException | ClassCastException e) {
            throw new Fault(Fault.QUERY, "The JSONata expression '" + text + "' in " + where + " threw: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new Fault(Fault.QUERY, "The JSONata expression '" + text + "' in " + where + " calls itself too deep");
        }
        if (value == null) {
            throw new Fault(Fault.QUERY, "The JSONata expression '" + text + "' in " + where + " returned nothing (undefined).");
        }
        return out(value, where);
    }

    /** The library parses literals as {@code Integer} and its own null, and inside arrays compares others as different. */
    private static Object in(Object value) {
        return switch (value) {
            case null -> Jsonata.NULL_VALUE;
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put((String) k, in(v)));
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) {
                    copy.add(in(item));
                }
                yield copy;
            }
            case Long number when number == number.intValue() -> number.intValue();
            default -> value;
        };
    }

    private Object out(Object value, String where) throws Fault {
        if (value == null || value == Jsonata.NULL_VALUE) {
            return null;
        }
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    copy.put((String) entry.getKey(), out(entry.getValue(), where));
                }
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) {
                    copy.add(out(item, where));
                }
                yield copy;
            }
            case Integer number -> number.longValue();
            case Double number when number == Math.rint(number) && Math.abs(number) < EXACT -> number.longValue();
            case Number number -> number;
            case String string -> string;
            case Boolean bool -> bool;
            default -> throw new Fault(Fault.QUERY,
                    "The JSONata expression '" + text + "' in " + where + " returned a function or pattern, which is not JSON.");
        };
    }

    private static String hash(Object subject, String algorithm) {
        if (!HASHES.contains(algorithm)) {
            throw new IllegalArgumentException("$hash knows " + new java.util.TreeSet<>(HASHES) + ", not " + algorithm);
        }
        String content = subject instanceof String string ? string : Json.text(subject);
        try {
            byte[] digest = MessageDigest.getInstance(algorithm).digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static Object parse(String json) {
        try {
            return in(Json.parse(json));
        } catch (IOException e) {
            throw new IllegalArgumentException("$parse: not JSON: " + e.getMessage(), e);
        }
    }

    private static List<Object> partition(List<?> array, Number size) {
        int chunk = size.intValue();
        if (chunk < 1) {
            throw new IllegalArgumentException("$partition: the chunk size must be 1 or more, was " + size);
        }
        List<Object> chunks = new ArrayList<>();
        for (int from = 0; from < array.size(); from += chunk) {
            chunks.add(new ArrayList<>(array.subList(from, Math.min(array.size(), from + chunk))));
        }
        return chunks;
    }

    private static List<Object> range(Number first, Number last, Number step) {
        long delta = step.longValue();
        if (delta == 0) {
            throw new IllegalArgumentException("$range: the step must not be 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long n = first.longValue(); delta > 0 ? n <= last.longValue() : n >= last.longValue(); n += delta) {
            if (numbers.size() == 1_000) {
                throw new IllegalArgumentException("$range: at most 1000 numbers");
            }
            numbers.add((int) n);
        }
        return numbers;
    }

    private static double random(Number seed) {
        return seed == null ? ThreadLocalRandom.current().nextDouble() : new Random(seed.longValue()).nextDouble();
    }
}
