package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreationDateTest {
    private static long inPlace(String text) {
        byte[] line = ("xx" + text + "\"").getBytes(StandardCharsets.UTF_8);
        return CreationDate.parse(line, 2, line.length - 1);
    }

    /** Dates and near-dates: what is read where it stands and what goes by way of the JDK come to the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void readsInPlaceAsTheJdkDoes(long seed) {
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder("%04d-%02d-%02dT%02d:%02d:%02d".formatted(1690 + random.nextInt(520), 1 + random.nextInt(12),
                    1 + random.nextInt(31), random.nextInt(24), random.nextInt(60), random.nextInt(60)));
            if (random.nextBoolean()) {
                text.append('.').append(Integer.toString(random.nextInt(1_000_000_000)), 0, 1);
                for (int k = random.nextInt(9); k > 0; k--) {
                    text.append(random.nextInt(10));
                }
            }
            if (random.nextInt(4) == 0) {
                text.append(new String[] {"Z", "+0000", "+02:00", "-05"}[random.nextInt(4)]);
            }
            if (random.nextInt(4) == 0) {
                text.setCharAt(random.nextInt(text.length()), "0129-:.T +Zé".charAt(random.nextInt(12)));
            }
            long expected = CreationDate.parse(text.toString());
            assertEquals(expected, inPlace(text.toString()), "seed " + seed + ": " + text);
            read += expected == CreationDate.UNKNOWN ? 0 : 1;
        }
        assertTrue(read > 10_000 && read < 20_000, "most can be read, some cannot: " + read);
    }

    @Test
    void readsWhatLabelingJobsWrite() {
        for (String text : new String[] {"2018-10-18T22:18:13.527256", "2021-08-04T17:02:49.583", "2013-11-18T02:53:27"}) {
            Instant instant = Instant.parse(text + "Z");
            assertEquals(instant.getEpochSecond() * 1_000_000_000L + instant.getNano(), inPlace(text));
        }
        assertEquals(inPlace("2024-01-01T00:00:00"), inPlace("2024-01-01T00:00:00Z"));
        assertEquals(inPlace("2024-02-29T23:00:00"), inPlace("2024-03-01T00:00:00+01:00"));
        assertNotEquals(inPlace("2024-02-29T23:00:00"), inPlace("2024-02-28T23:00:00"));
        assertEquals(CreationDate.UNKNOWN, inPlace("2023-02-29T23:00:00"));
        assertEquals(CreationDate.UNKNOWN, inPlace(""));
    }
}
