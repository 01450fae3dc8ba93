package dev.truepipe.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
    @Test
    void knownMeasurementsMakeTheKnownPage() {
        Results results = new Results();
        results.goal(Goal.atMost("`split` to the C copy", 2.75, 3, 2.5, " ×"));
        results.goal(Goal.atMost("`check` to an empty JVM", 3.9, 6, 4, " ×"));
        results.goal(Goal.atLeast("faster than Python", 4, 5, 7, " ×"));
        results.goal(Goal.atMost("memory of `check`", 160, 128, 128, " MiB"));
        results.check(Goal.atMost("Jackson to the C copy", 8.5, 8, 8, " ×"));
        results.table(new Table("split", List.of("Who", "Time"), List.of(List.of("C", "0.50 s"), List.of("truepipe split", "1.38 s")), List.of("Absent: DuckDB, because of the rain.")));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Date", "2026-11-25");
        facts.put("CPU", "one, 2 cores");

        assertEquals("""
                # Measured

                Written by `bench/run`; what is compared, and how: [README.md](README.md).

                | Of the run |              |
                |------------|--------------|
                | Date       | 2026-11-25   |
                | CPU        | one, 2 cores |

                ## Goals

                | What                    | Measured | Goal (moonshot) | Met?                                 |
                |-------------------------|----------|-----------------|--------------------------------------|
                | `split` to the C copy   | 2.75 ×   | ≤ 3 × (2.50 ×)  | met                                  |
                | `check` to an empty JVM | 3.90 ×   | ≤ 6 × (4 ×)     | met, and the moonshot                |
                | faster than Python      | 4 ×      | ≥ 5 × (7 ×)     | **missed** by 1 ×: 25 % more is needed |
                | memory of `check`       | 160 MiB  | ≤ 128 MiB       | **missed** by 32 MiB: 25 % too much  |

                ## Checks of the bench itself

                | What                  | Measured | Must be | Is it?                                |
                |-----------------------|----------|---------|---------------------------------------|
                | Jackson to the C copy | 8.50 ×   | ≤ 8 ×   | **missed** by 0.50 ×: 6 % too much    |

                ## split

                | Who            | Time   |
                |----------------|--------|
                | C              | 0.50 s |
                | truepipe split | 1.38 s |

                Absent: DuckDB, because of the rain.
                """.replaceAll(" +\\|", " |").replaceAll("-+\\|", "-|"), results.page(facts).replaceAll(" +\\|", " |").replaceAll("-+\\|", "-|"));
        assertEquals(List.of("Jackson to the C copy: **missed** by 0.50 ×: 6 % too much"), results.failedChecks());
    }

    @Test
    void sizesAreReadAndWritten() {
        assertEquals(64 * Size.MIB, Size.parse("64MiB"));
        assertEquals(8 * Size.GIB, Size.parse("8 GiB"));
        assertEquals("1 GiB", Size.text(Size.GIB));
        assertEquals("1.5 MiB", Size.text(3 << 19));
    }
}
