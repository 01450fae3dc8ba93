package dev.truepipe.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.report.DataReportContent.Counts;
import dev.truepipe.report.DataReportContent.Example;
import dev.truepipe.report.DataReportContent.Finding;
import dev.truepipe.report.DataReportContent.LabelClass;
import dev.truepipe.report.DataReportContent.Manifest;
import dev.truepipe.report.DataReportContent.Severity;
import dev.truepipe.report.DataReportContent.Split;
import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Champion;
import dev.truepipe.report.ModelReportContent.Direction;
import dev.truepipe.report.ModelReportContent.MetricSeries;
import dev.truepipe.report.ModelReportContent.Outcome;
import dev.truepipe.report.ModelReportContent.Sample;
import dev.truepipe.report.ModelReportContent.Training;
import dev.truepipe.report.ModelReportContent.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Whatever stands in a manifest, a page shows it as text and stays a page. */
class HostileReportsTest {
    static List<String> hostile() {
        return List.of("</script><script>alert(1)</script>", "</style></title><img src=x onerror=alert(1)>", "\" onload=\"alert(1)", "' x='",
                "]]>", "<!--", "&lt;&amp;&#0;", "javascript:alert(1)", "data:text/html,<b>x</b>", "s3://b/\u202egnp.exe\u2066x\u2069",
                "\u0000\u0001\u001b[31m\u007f\u0085\ufffe\uffff", "\ud800 alone \udc00", "\ud83d\ude97 voiture — 車 — سيارة",
                "x".repeat(200_000), "\ud83d\ude97".repeat(5_000), "a\nb\r\nc\td", "", "//evil.example/x", "\\\\evil\\x", "../../x", "%s%n${x}{{y}}");
    }

    private static DataReportContent data(String s) {
        return new DataReportContent(s, s, s, s, s, List.of(new Manifest(s, s, 1)), new Counts(3, 1, 2, 1, 0, 1, 1, 0),
                List.of(new Finding(s, Severity.QUARANTINE, 7, List.of(new Example(s, 1, 0, s), new Example(null, 0, 0, s)))),
                List.of(new LabelClass(s, s, 1, 0, 0, 1)), s, new Split(s, null, s, 1, s, s, 0, s), s, List.of(new Link(s, s)), List.of(s));
    }

    private static ModelReportContent model(String s) {
        return new ModelReportContent(s, s,
                new Verdict(Outcome.KEPT, s, s, 0.5, Direction.UNKNOWN, new Champion(s, s, 0.4, false)),
                new Training(s, s, s, s, 2, true, s, 10, 5, false), Map.of(s, s),
                List.of(new MetricSeries(s, Direction.MAXIMIZE, List.of(0.1, 0.2))),
                List.of(new Sample(s, s.getBytes(StandardCharsets.UTF_8), 10, 10, List.of(new Box(s, Double.NaN, 1, 1, 3, 3)),
                        List.of(new Box(s, 0.5, 1, 1, 3, 3), new Box(s, 0.4, 6, 6, 2, 2)))),
                List.of(new Link(s, s)), data(s));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void isShownAsText(String s) throws Exception {
        Set<String> names = new TreeSet<>();
        Set<String> attributes = new TreeSet<>();
        names(Pages.parse(ModelReport.html(model("plain"))), names, attributes);
        names(Pages.parse(DataReport.html(data("plain"))), names, attributes);
        for (byte[] page : List.of(DataReport.html(data(s)), ModelReport.html(model(s)))) {
            assertTrue(page.length < 200_000, "page has " + page.length + " bytes");
            Document document = Pages.parse(page);
            Set<String> foundNames = new TreeSet<>();
            Set<String> foundAttributes = new TreeSet<>();
            names(document, foundNames, foundAttributes);
            assertTrue(names.containsAll(foundNames), "elements " + foundNames);
            assertTrue(attributes.containsAll(foundAttributes), "attributes " + foundAttributes);
            for (Element a : Pages.elements(document, "a")) {
                assertEquals("", a.getAttribute("href"), "none of these is a link");
            }
            String text = new String(page, StandardCharsets.UTF_8);
            assertFalse(text.contains("<script"), "a script");
            assertTrue(text.codePoints().noneMatch(c -> c == 0x202e || c >= 0x2066 && c <= 0x2069 || c < 0x20 && c != '\n'),
                    "an invisible character");
        }
    }

    @Test
    void aLongTextKeepsBothEndsAndSaysWhatIsLeftOut() {
        String shown = Text.shortened("begin" + "é".repeat(10_000) + "end");
        assertTrue(shown.startsWith("begin") && shown.endsWith("end"), shown);
        assertTrue(shown.contains("(9,408 characters)"), shown);
    }

    @Test
    void invisibleCharactersAreNamed() {
        assertEquals("a[U+202E]b ␀␛\ufffd", Text.visible("a\u202eb\n\u0000\u001b\ud800"));
    }

    private static void names(Document page, Set<String> names, Set<String> attributes) {
        for (Element element : Pages.elements(page, "*")) {
            names.add(element.getTagName());
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                attributes.add(element.getTagName() + " " + element.getAttributes().item(i).getNodeName());
            }
        }
    }
}
