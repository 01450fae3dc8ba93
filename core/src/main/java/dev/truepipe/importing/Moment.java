package dev.truepipe.importing;

import dev.truepipe.manifest.CreationDate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as tools write them, made into {@code creation-date}: UTC, microseconds, no zone. */
final class Moment {
    private static final DateTimeFormatter WRITTEN = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long NANOS = 1_000_000_000L;
    private static final double MOST_SECONDS = 9e9;

    private Moment() {}

    /** A date, {@code 2025-03-04T09:12:44} in any of the spellings that manifests have, a day ({@code 2017/09/01}), or seconds since 1970; else {@code null}. */
    static Instant parse(Object value) {
        if (value instanceof Number seconds && seconds.doubleValue() > 0 && seconds.doubleValue() < MOST_SECONDS) {
            return Instant.ofEpochSecond((long) seconds.doubleValue(), (long) (seconds.doubleValue() % 1 * NANOS));
        }
        if (!(value instanceof String text)) {
            return null;
        }
        String full = text.strip();
        if (full.matches("[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}")) {
            full = full.replace('/', '-') + "T00:00:00";
        }
        long nanos = CreationDate.parse(full);
        return nanos == CreationDate.UNKNOWN ? null : Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
    }

    static String written(Instant instant) {
        return WRITTEN.format(instant);
    }
}
