package dev.truepipe.split;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What keeps lines together on one side of the split. */
public sealed interface GroupBy {

    /** Each object is its own group. */
    record ByObject() implements GroupBy {
        @Override
        public String toString() {
            return "object";
        }
    }

    /** Lines with one value of a top-level attribute belong together.
     *  @param name the attribute; its value is text, a number or a truth value */
    record ByAttribute(String name) implements GroupBy {
        @Override
        public String toString() {
            return "attribute:" + name;
        }
    }

    /** Lines whose {@code source-ref} has one text in the expression's group belong together.
     *  @param pattern has exactly one group; searched for, not matched from end to end */
    record ByExpression(Pattern pattern) implements GroupBy {
        /** The group key, or {@code null} if the expression is not found. */
        public String key(String sourceRef) {
            Matcher matcher = pattern.matcher(sourceRef);
            return matcher.find() ? matcher.group(1) : null;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ByExpression that && pattern.pattern().equals(that.pattern.pattern());
        }

        @Override
        public int hashCode() {
            return pattern.pattern().hashCode();
        }

        @Override
        public String toString() {
            return pattern.pattern();
        }
    }

    GroupBy OBJECT = new ByObject();

    /**
     * Reads {@code object}, {@code attribute:NAME}, or else a regular expression with one group.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static GroupBy parse(String text) {
        if (text.equals("object")) {
            return OBJECT;
        }
        if (text.startsWith("attribute:") && text.length() > "attribute:".length()) {
            return new ByAttribute(text.substring("attribute:".length()));
        }
        try {
            Pattern pattern = Pattern.compile(text);
            if (pattern.matcher("").groupCount() == 1) {
                return new ByExpression(pattern);
            }
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "not a regular expression: \"" + text + "\" (" + e.getDescription() + " near index " + e.getIndex()
                            + "); write object, attribute:NAME, or an expression with one group", e);
        }
        throw new IllegalArgumentException("\"" + text
                + "\" needs exactly one group in round brackets, for example /(cam[0-9]+)/; or write object or attribute:NAME");
    }
}
