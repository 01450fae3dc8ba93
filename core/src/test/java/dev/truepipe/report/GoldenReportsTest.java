package dev.truepipe.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Sample;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Approved pages, style sheet left out. After a wanted change, look at what {@code target/reports} holds in a browser,
 * then copy {@code target/reports/golden-*.html} over {@code src/test/resources/dev/truepipe/report}.
 */
class GoldenReportsTest {
    private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16};

    @Test
    void theDataReportIsTheApprovedOne() throws Exception {
        compare("golden-data.html", DataReport.html(ExampleReports.data()));
    }

    @Test
    void theModelReportIsTheApprovedOne() throws Exception {
        Sample sample = new Sample("0001.jpg", JPEG, 320, 240,
                List.of(new Box("car", Double.NaN, 10, 20, 100, 50), new Box("van", Double.NaN, 200, 100, 60.5, 40)),
                List.of(new Box("car", 0.93, 12, 22, 98, 49), new Box("car", 0.4, 150, 200, 30, 30)));
        compare("golden-model.html", ModelReport.html(ExampleReports.model(List.of(sample))));
    }

    @Test
    void theSameContentGivesTheSameBytesInAnyLocale() {
        Locale before = Locale.getDefault();
        try {
            byte[] english = DataReport.html(ExampleReports.data());
            byte[] englishModel = ModelReport.html(ExampleReports.model(List.of()));
            for (String tag : List.of("ar-EG-u-nu-arab", "de-DE", "tr-TR", "hi-IN-u-nu-deva")) {
                Locale.setDefault(Locale.forLanguageTag(tag));
                assertArrayEquals(english, DataReport.html(ExampleReports.data()), tag);
                assertArrayEquals(englishModel, ModelReport.html(ExampleReports.model(List.of())), tag);
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    private static void compare(String name, byte[] page) throws Exception {
        String now = Pages.withoutStyle(page);
        Files.writeString(Files.createDirectories(Path.of("target", "reports")).resolve(name), now);
        try (InputStream approved = GoldenReportsTest.class.getResourceAsStream(name)) {
            assertNotNull(approved, name + " is missing; see the comment of this test");
            assertEquals(new String(approved.readAllBytes(), StandardCharsets.UTF_8), now);
        }
    }
}
