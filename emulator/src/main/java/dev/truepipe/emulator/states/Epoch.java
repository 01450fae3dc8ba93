package dev.truepipe.emulator.states;

import java.time.Instant;

/** Timestamps as AWS JSON has them: seconds since 1970 with a fraction, to the millisecond. */
final class Epoch {
    private Epoch() {}

    static Double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }

    static Instant instant(Number seconds) {
        return Instant.ofEpochMilli(Math.round(seconds.doubleValue() * 1000));
    }
}
