package dev.truepipe.bench;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as people write them: {@code 64 MiB}. */
final class Size {
    static final long MIB = 1L << 20;
    static final long GIB = 1L << 30;

    private static final Pattern SIZE = Pattern.compile("(\\d+) ?(KiB|MiB|GiB)");

    private Size() {}

    /** @throws IllegalArgumentException if it is no size */
    static long parse(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no size; write it like 64MiB or 1GiB");
        }
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), switch (matcher.group(2)) {
            case "KiB" -> 1L << 10;
            case "MiB" -> MIB;
            default -> GIB;
        });
    }

    static String text(long bytes) {
        if (bytes % GIB == 0) {
            return bytes / GIB + " GiB";
        }
        return bytes % MIB == 0 ? bytes / MIB + " MiB" : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) MIB);
    }
}
