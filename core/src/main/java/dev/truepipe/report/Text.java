package dev.truepipe.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Texts and numbers as people read them; the same on every machine, whatever its locale. */
final class Text {
    /** Longest value shown, in code points; the middle of a longer one is left out. */
    static final int MAX_CODE_POINTS = 600;

    private Text() {}

    /**
     * The text with every character that cannot be seen made visible: control characters as their pictures
     * (U+2400 and on), direction controls as {@code [U+202E]}, what XML refuses as U+FFFD. Line breaks and tabs
     * become spaces.
     */
    static String visible(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\r' || c == '\t') {
                shown.append(' ');
            } else if (c < 0x20) {
                shown.appendCodePoint(0x2400 + c);
            } else if (c == 0x7f) {
                shown.appendCodePoint(0x2421);
            } else if (turnsDirection(c)) {
                shown.append(String.format(Locale.ROOT, "[U+%04X]", c));
            } else if (c < 0xa0 && c > 0x7f || c >= 0xd800 && c <= 0xdfff || (c & 0xfffe) == 0xfffe) {
                shown.append('\ufffd');
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** At most {@value #MAX_CODE_POINTS} code points; of a longer text both ends, and how much is between. */
    static String shortened(String text) {
        return shortened(text, MAX_CODE_POINTS);
    }

    static String shortened(String text, int limit) {
        int length = text.codePointCount(0, text.length());
        if (length <= limit) {
            return text;
        }
        int half = limit / 2;
        return text.substring(0, text.offsetByCodePoints(0, half)) + " … (" + count(length - 2L * half) + " characters) … "
                + text.substring(text.offsetByCodePoints(text.length(), -half));
    }

    /** A label in a picture: at most {@code limit} code points, then an ellipsis. */
    static String label(String text, int limit) {
        int length = text.codePointCount(0, text.length());
        return length <= limit ? text : text.substring(0, text.offsetByCodePoints(0, limit - 1)) + "…";
    }

    private static boolean turnsDirection(int c) {
        return c == 0x061c || c == 0x200e || c == 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
    }

    /** {@code 12,345}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 line}, {@code 2 lines}. */
    static String count(long number, String one, String many) {
        return count(number) + " " + (number == 1 ? one : many);
    }

    /** Share with one digit after the point, never rounded to 0 % or 100 % unless it is that. */
    static String share(long part, long whole) {
        if (whole == 0) {
            return "–";
        }
        double percent = 100.0 * part / whole;
        if (part > 0 && percent < 0.1) {
            return "< 0.1 %";
        }
        if (part < whole && percent > 99.9) {
            return "> 99.9 %";
        }
        return String.format(Locale.ROOT, part == 0 || part == whole ? "%.0f %%" : "%.1f %%", percent);
    }

    /** {@code 812 bytes}, {@code 1.2 MiB}. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return count(bytes, "byte", "bytes");
        }
        double size = bytes;
        int unit = -1;
        while (size >= 1024 && unit < 5) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", size, "KMGTPE".charAt(unit));
    }

    /** {@code 45 s}, {@code 3 min 20 s}, {@code 1 h 02 min}. */
    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
    }

    /**
     * Four significant digits, as {@code 1.2e-5} outside 0.001 to a million; {@code none} for what is not a number.
     */
    static String metric(double value) {
        if (!Double.isFinite(value)) {
            return "none";
        }
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        if (size >= 1e6 || size < 1e-3) {
            String[] parts = String.format(Locale.ROOT, "%.3e", value).split("e");
            return parts[0].replaceFirst("\\.?0+$", "") + "e" + Integer.parseInt(parts[1]);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(4));
        return (rounded.scale() > 0 ? rounded.stripTrailingZeros() : rounded).toPlainString();
    }

    /** A coordinate in a picture, with at most two digits after the point. */
    static String coordinate(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a picture needs finite coordinates, was given " + value);
        }
        String text = String.format(Locale.ROOT, "%.2f", value);
        text = text.replaceFirst("\\.?0+$", "");
        return text.equals("-0") ? "0" : text;
    }
}
