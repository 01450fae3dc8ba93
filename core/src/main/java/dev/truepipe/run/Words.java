package dev.truepipe.run;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times, numbers and counts as people read them. */
final class Words {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
    /** SNS refuses longer subjects, and any that are not printable ASCII. */
    private static final int SUBJECT_CHARS = 99;

    /** A message in a state's payload: it may name classes, which nobody bounds, and a payload ends at 256 KiB. */
    static final int MESSAGE_CHARS = 2_000;

    private Words() {}

    /** A message, cut after {@value #MESSAGE_CHARS} characters; the whole one is in the findings. */
    static String bounded(String message) {
        if (message.length() <= MESSAGE_CHARS) {
            return message;
        }
        int end = Character.isHighSurrogate(message.charAt(MESSAGE_CHARS - 1)) ? MESSAGE_CHARS - 1 : MESSAGE_CHARS;
        return message.substring(0, end) + "…";
    }

    static String time(Instant instant) {
        return TIME.format(instant);
    }

    /** {@code 1 line}, {@code 12,345 lines}. */
    static String count(long count, String one) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : one + "s");
    }

    /** At most four decimals, no trailing zeros. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    /** {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3_600
                ? seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s")
                : seconds / 3_600 + " h" + (seconds % 3_600 < 60 ? "" : " " + seconds % 3_600 / 60 + " min");
    }

    /** A subject that SNS takes: printable ASCII on one line. */
    static String subject(String text) {
        String ascii = new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII)
                .replaceAll("[^\\x20-\\x7e]", " ");
        return ascii.length() <= SUBJECT_CHARS ? ascii : ascii.substring(0, SUBJECT_CHARS - 3) + "...";
    }
}
