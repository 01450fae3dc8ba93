package dev.truepipe.manifest;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Pattern;

/** The moments labeling jobs write: {@code 2025-03-04T09:12:44}, up to nine decimals, {@code Z} or an offset; no zone means UTC. */
public final class CreationDate {
    /** Older than any date that can be read. */
    public static final long UNKNOWN = Long.MIN_VALUE;

    private static final Pattern SHAPE = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?");
    /** Of what has that shape; alone it would take more, such as two zones. */
    private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd['T'][ ]HH:mm:ss")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private CreationDate() {}

    /** As {@link #parse(String)}, for what stands in a line; the usual spelling is read where it stands. */
    static long parse(byte[] line, int from, int to) {
        if (to - from < 19 || to - from > 29 || line[from + 10] != 'T') {
            return parse(new String(line, from, to - from, StandardCharsets.UTF_8));
        }
        int year = digits(line, from, 4);
        int month = digits(line, from + 5, 2);
        int day = digits(line, from + 8, 2);
        int hour = digits(line, from + 11, 2);
        int minute = digits(line, from + 14, 2);
        int second = digits(line, from + 17, 2);
        int decimals = to - from - 20;
        long nanos = decimals <= 0 ? 0 : digits(line, from + 20, decimals);
        boolean usual = line[from + 4] == '-' && line[from + 7] == '-' && line[from + 13] == ':' && line[from + 16] == ':'
                && (decimals < 0 || decimals > 0 && line[from + 19] == '.' && nanos >= 0)
                && year >= 1700 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= (month == 2 ? 28 : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31)
                && hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
        if (!usual) {
            return parse(new String(line, from, to - from, StandardCharsets.UTF_8));
        }
        for (int i = Math.max(decimals, 0); i < 9; i++) {
            nanos *= 10;
        }
        return ((epochDay(year, month, day) * 24 + hour) * 60 + minute) * 60_000_000_000L + second * 1_000_000_000L + nanos;
    }

    /** Days since 1970. Years are counted from March, so that the day a leap year has more comes last. */
    private static long epochDay(int year, int month, int day) {
        int y = month > 2 ? year : year - 1;
        int m = month > 2 ? month - 3 : month + 9;
        long ofYears = 365L * y + y / 4 - y / 100 + y / 400;
        return ofYears + (153 * m + 2) / 5 + day - 1 - 719_468;
    }

    private static int digits(byte[] line, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** Nanoseconds since 1970 in UTC, or {@link #UNKNOWN} if the text is no moment between 1678 and 2261. */
    public static long parse(String text) {
        if (!SHAPE.matcher(text).matches()) {
            return UNKNOWN;
        }
        try {
            TemporalAccessor read = FORMAT.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            Instant instant = read instanceof OffsetDateTime zoned
                    ? zoned.toInstant()
                    : ((LocalDateTime) read).toInstant(ZoneOffset.UTC);
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
        } catch (DateTimeParseException | ArithmeticException e) {
            return UNKNOWN;
        }
    }
}
