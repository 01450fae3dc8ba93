package dev.truepipe.emulator.sagemaker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number to look for in what an algorithm prints.
 *
 * @param name such as {@code validation:mAP}; 1 to 255 characters
 * @param regex its first group is the number; at most 500 characters
 */
public record MetricDefinition(String name, Pattern regex) {
    public MetricDefinition {
        if (name.isEmpty() || name.length() > 255) {
            throw new IllegalArgumentException("a metric's name has 1 to 255 characters, \"" + name + "\" has " + name.length());
        }
        if (regex.pattern().isEmpty() || regex.pattern().length() > 500) {
            throw new IllegalArgumentException("the regular expression of metric " + name + " has "
                    + regex.pattern().length() + " characters; 1 to 500 are allowed");
        }
        if (regex.matcher("").groupCount() < 1) {
            throw new IllegalArgumentException("the regular expression of metric " + name
                    + " has no group; put parentheses around the number: " + regex);
        }
    }

    /** @throws IllegalArgumentException if {@code regex} is not a regular expression, or has no group */
    public static MetricDefinition of(String name, String regex) {
        return new MetricDefinition(name, Pattern.compile(regex));
    }

    /** Every value on one line of the log; text that is no number is no value. */
    List<MetricPoint> read(String line, Instant at) {
        List<MetricPoint> points = new ArrayList<>();
        Matcher matcher = regex.matcher(line);
        while (matcher.find()) {
            String text = matcher.group(1);
            if (text != null && NUMBER.matcher(text).matches()) {
                points.add(new MetricPoint(name, Double.parseDouble(text), at));
            }
        }
        return points;
    }

    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    /** One value of a metric, and when it was printed. */
    public record MetricPoint(String name, double value, Instant at) {}
}
