package dev.truepipe.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.report.DataReportContent.Counts;
import dev.truepipe.report.DataReportContent.Example;
import dev.truepipe.report.DataReportContent.Finding;
import dev.truepipe.report.DataReportContent.LabelClass;
import dev.truepipe.report.DataReportContent.Manifest;
import dev.truepipe.report.DataReportContent.Severity;
import dev.truepipe.report.DataReportContent.Split;
import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Direction;
import dev.truepipe.report.ModelReportContent.MetricSeries;
import dev.truepipe.report.ModelReportContent.Outcome;
import dev.truepipe.report.ModelReportContent.Sample;
import dev.truepipe.report.ModelReportContent.Training;
import dev.truepipe.report.ModelReportContent.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportsTest {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final Set<String> NUMERIC = Set.of("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "font-size");

    /** Also leaves realistic pages in {@code target/reports}, to be opened in a browser. */
    @Test
    void realisticPagesAreSmallEnoughToMail() throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "reports"));
        byte[] data = DataReport.html(ExampleReports.data());
        byte[] model = ModelReport.html(ExampleReports.model(ExampleReports.scenes(12, 5)));
        Files.write(folder.resolve("data.html"), data);
        Files.write(folder.resolve("model.html"), model);
        assertTrue(data.length < 40_000, "data report has " + data.length + " bytes");
        assertTrue(model.length < 400_000, "model report has " + model.length + " bytes");
    }

    @Test
    void nothingIsLoadedAndOnlyGivenLinksLeadOut() throws Exception {
        ModelReportContent content = ExampleReports.model(ExampleReports.scenes(3, 1));
        byte[] page = ModelReport.html(content);
        Document document = Pages.parse(page);
        Set<String> given = new HashSet<>();
        content.links().forEach(link -> given.add(link.target()));
        String text = new String(page, StandardCharsets.UTF_8);
        int addresses = 0;
        for (int at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 1)) {
            if (text.startsWith("http", at - 4) || text.startsWith("https", at - 5)) {
                addresses++;
            }
        }
        List<String> hrefs = Pages.elements(document, "a").stream().map(a -> a.getAttribute("href")).toList();
        assertEquals(2, hrefs.size());
        assertTrue(given.containsAll(hrefs), hrefs::toString);
        assertEquals(2, addresses, "web addresses other than the links handed in");
        assertFalse(text.contains("url("), "the style sheet loads something");
        assertFalse(text.contains("@import"), "the style sheet loads something");
        for (Element image : Pages.elements(document, "image")) {
            assertTrue(image.getAttribute("href").startsWith("data:image/jpeg;base64,"));
        }
    }

    @Test
    void everyPictureHasWordsAndHeadingsSkipNoLevel() throws Exception {
        for (byte[] page : List.of(DataReport.html(ExampleReports.data()), ModelReport.html(ExampleReports.model(ExampleReports.scenes(4, 9))))) {
            Document document = Pages.parse(page);
            for (Element svg : Pages.elements(document, "svg")) {
                boolean named = svg.getAttribute("role").equals("img") && !svg.getAttribute("aria-label").isBlank();
                assertTrue(named || svg.getAttribute("aria-hidden").equals("true"), svg.getAttribute("class"));
            }
            int level = 0;
            Set<String> ids = new HashSet<>();
            for (Element element : Pages.elements(document, "*")) {
                if (element.getTagName().matches("h[1-6]")) {
                    int now = element.getTagName().charAt(1) - '0';
                    assertTrue(now <= level + 1, "h" + now + " after h" + level);
                    level = now;
                }
                if (element.hasAttribute("id")) {
                    assertTrue(ids.add(element.getAttribute("id")), "twice: " + element.getAttribute("id"));
                }
            }
            for (Element element : Pages.elements(document, "*")) {
                if (element.hasAttribute("aria-labelledby")) {
                    assertTrue(ids.contains(element.getAttribute("aria-labelledby")), element.getAttribute("aria-labelledby"));
                }
            }
            for (Element th : Pages.elements(document, "th")) {
                assertTrue(Set.of("col", "row", "rowgroup").contains(th.getAttribute("scope")));
            }
            assertEquals(1, Pages.elements(document, "h1").size());
        }
    }

    @Test
    void theFlowDrawsEveryLineOnceAndInProportion() throws Exception {
        Document page = Pages.parse(DataReport.html(data(new Counts(1_000, 0, 900, 60, 40, 700, 200, 0), List.of(), List.of())));
        double lines = height(page, "node lines");
        double sum = 0;
        for (String kind : List.of("train", "validation", "superseded", "quarantine")) {
            sum += height(page, "node " + kind);
        }
        assertEquals(lines, sum, 0.05);
        assertEquals(0.7, height(page, "node train") / lines, 0.001);
        assertEquals(0.06, height(page, "node quarantine") / lines, 0.001);
    }

    @Test
    void aTestShareHasItsBandItsColumnAndItsWords() throws Exception {
        Split split = new Split("s3://labels/val.manifest", "10%", "object", 1, null, null, 0, null);
        byte[] page = DataReport.html(new DataReportContent("d", "v", "now", null, null, List.of(), new Counts(1_000, 0, 1_000, 0, 0, 700, 200, 100),
                List.of(), List.of(new LabelClass("0", "car", 71, 22, 13, 1_000)), null, split, "findings.jsonl", List.of(), List.of()));
        Document document = Pages.parse(page);
        assertEquals(0.1, height(document, "node test") / height(document, "node lines"), 0.001);
        assertTrue(text(page).contains("<th scope=\"col\" class=\"number\">In test</th>") && text(page).contains("<td class=\"number\">13</td>"), text(page));
        assertTrue(text(page).contains("and all of its groups, 20.0 %") && text(page).contains("if that manifest has it"), text(page));
        assertFalse(text(page).contains("do not add up"));
        assertFalse(text(DataReport.html(ExampleReports.data())).contains("In test"), "where there is none, nobody is told of one");
    }

    static List<Counts> counts() {
        return List.of(new Counts(0, 0, 0, 0, 0, 0, 0, 0), new Counts(1, 0, 1, 0, 0, 1, 0, 0), new Counts(1, 0, 0, 1, 0, 0, 0, 0),
                new Counts(10_000_000, 5, 9_999_999, 1, 0, 9_999_998, 1, 0),
                new Counts(Long.MAX_VALUE, 0, Long.MAX_VALUE, 0, 0, Long.MAX_VALUE, 0, 0), new Counts(5, 0, 9, 9, 9, 9, 9, 0));
    }

    @ParameterizedTest
    @MethodSource("counts")
    void picturesHoldFiniteNumbersForAnyCounts(Counts counts) throws Exception {
        assertFinite(Pages.parse(DataReport.html(data(counts, List.of(),
                List.of(new LabelClass("0", "car", counts.train(), counts.validation(), 0, counts.accepted()))))));
    }

    @Test
    void countsThatDoNotAddUpAreSaid() {
        String page = text(DataReport.html(data(new Counts(5, 0, 9, 9, 9, 9, 9, 0), List.of(), List.of())));
        assertTrue(page.contains("accepted + quarantined + superseded should be"));
        assertTrue(page.contains("train + validation + test should be"));
        assertFalse(text(DataReport.html(ExampleReports.data())).contains("do not add up"));
    }

    static List<List<Double>> series() {
        return List.of(List.of(), List.of(Double.NaN), List.of(0.0), List.of(0.5), List.of(0.5, 0.5, 0.5), List.of(-3.0, -3.0),
                List.of(Double.NaN, 0.1, Double.POSITIVE_INFINITY, 0.2, Double.NaN), List.of(1e300, -1e300, 2.0), List.of(1e-300, 2e-300),
                List.of(1e99, -1e99), List.of(1.0, 1.0 + 1e-12), List.of(1e15, 1e15 + 2), List.of(Double.MIN_VALUE, 0.0), List.of(1e99, 1e99),
                Collections.nCopies(100_000, 0.25));
    }

    @ParameterizedTest
    @MethodSource("series")
    void picturesHoldFiniteNumbersForAnyMetric(List<Double> values) throws Exception {
        for (Direction direction : Direction.values()) {
            byte[] page = ModelReport.html(model(List.of(new MetricSeries("m", direction, values)), List.of()));
            assertTrue(page.length < 200_000, "page has " + page.length + " bytes");
            assertFinite(Pages.parse(page));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_122})
    void ticksAreFewRisingAndRoundAnyValues(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            double a = random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            double b = random.nextInt(4) == 0 ? a : a + random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            double low = Math.min(a, b);
            double high = Math.max(a, b);
            double[] ticks = MetricChart.ticks(low, high);
            String told = "seed " + seed + ": " + low + " to " + high + " gave " + Arrays.toString(ticks);
            assertTrue(ticks.length >= 2 && ticks.length <= 8, told);
            double slack = (ticks[1] - ticks[0]) * 1e-6;
            assertTrue(ticks[0] <= low + slack && ticks[ticks.length - 1] >= high - slack, told);
            for (int t = 1; t < ticks.length; t++) {
                assertTrue(ticks[t] > ticks[t - 1], told);
            }
        }
    }

    @Test
    void theChartNamesTheLastAndTheBestValue() {
        List<Double> values = List.of(0.9, 0.25, 0.5);
        String best = text(ModelReport.html(model(List.of(new MetricSeries("loss", Direction.MINIMIZE, values)), List.of())));
        assertTrue(best.contains("last 0.5, best 0.25 in epoch 1"));
        String highest = text(ModelReport.html(model(List.of(new MetricSeries("mAP", Direction.MAXIMIZE, values)), List.of())));
        assertTrue(highest.contains("last 0.5, best 0.9 in epoch 0"));
        String neither = text(ModelReport.html(model(List.of(new MetricSeries("n", Direction.UNKNOWN, values)), List.of())));
        assertFalse(neither.contains("best"));
    }

    @Test
    void anEpochWithoutAValueLeavesAGap() throws Exception {
        Document page = Pages.parse(ModelReport.html(model(
                List.of(new MetricSeries("m", Direction.MAXIMIZE, List.of(0.1, 0.2, Double.NaN, 0.3, 0.4))), List.of())));
        String path = Pages.elements(page, "path").stream().filter(p -> p.getAttribute("class").equals("curve"))
                .findFirst().orElseThrow().getAttribute("d");
        assertEquals("MLML", path.replaceAll("[^A-Z]", ""));
        assertTrue(page.getDocumentElement().getTextContent().contains("1 epoch has no number to draw"));
    }

    @Test
    void saysSoWhereThereIsNoMetricAndNoSample() {
        String none = text(ModelReport.html(model(List.of(), List.of())));
        assertTrue(none.contains("The job reported no metric by epoch."));
        assertTrue(none.contains("The algorithm left none."));
        assertTrue(none.contains("could not be read any more"));
        String empty = text(ModelReport.html(model(List.of(new MetricSeries("m", Direction.MAXIMIZE, List.of())), List.of())));
        assertTrue(empty.contains("reported no value for this metric"));
    }

    @Test
    void aHundredThousandFindingsAreCutAndCounted() throws Exception {
        List<Example> examples = IntStream.range(0, 100_000)
                .mapToObj(i -> new Example("s3://b/m", i + 1L, i * 100L, "broken; mend it")).toList();
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding("broken-json", Severity.QUARANTINE, 100_000, examples));
        for (int i = 0; i < 100_000; i++) {
            findings.add(new Finding("code-" + i, Severity.WARNING, 1, List.of()));
        }
        byte[] page = DataReport.html(data(new Counts(100_000, 0, 0, 100_000, 0, 0, 0, 0), findings, List.of()));
        assertTrue(page.length < 60_000, "page has " + page.length + " bytes");
        String text = text(page);
        assertTrue(text.contains("and 99,997 more, in"));
        assertTrue(text.contains("and 99,941 more codes"));
        Document document = Pages.parse(page);
        assertTrue(Pages.elements(document, "a").stream().anyMatch(a -> a.getAttribute("href").equals("findings.jsonl")));
    }

    @Test
    void manyClassesAndManifestsAreCutAndCounted() {
        List<LabelClass> classes = IntStream.range(0, 1_000).mapToObj(i -> new LabelClass("" + i, "class " + i, 1, 1, 0, 1)).toList();
        assertTrue(text(DataReport.html(data(new Counts(2, 0, 2, 0, 0, 1, 1, 0), List.of(), classes))).contains("and 800 more classes"));
    }

    @Test
    void atMostTwentyFourPicturesAreShownAndEachIsTheOneGiven() throws Exception {
        List<Sample> scenes = ExampleReports.scenes(30, 4);
        byte[] page = ModelReport.html(model(List.of(), scenes));
        List<Element> images = Pages.elements(Pages.parse(page), "image");
        assertEquals(ModelReport.MAX_SAMPLES, images.size());
        for (int i = 0; i < images.size(); i++) {
            String base64 = images.get(i).getAttribute("href").substring("data:image/jpeg;base64,".length());
            assertTrue(Arrays.equals(scenes.get(i).jpeg(), Base64.getDecoder().decode(base64)), "picture " + i);
        }
        assertTrue(text(page).contains("and 6 more pictures"));
    }

    @Test
    void onlyAJpegOfModestSizeIsEmbedded() throws Exception {
        byte[] huge = new byte[ModelReport.MAX_JPEG_BYTES + 1];
        huge[0] = (byte) 0xff;
        huge[1] = (byte) 0xd8;
        huge[2] = (byte) 0xff;
        byte[] svg = "<svg onload='alert(1)'/>".getBytes(StandardCharsets.UTF_8);
        byte[] page = ModelReport.html(model(List.of(), List.of(new Sample("huge.jpg", huge, 10, 10, List.of(), List.of()),
                new Sample("picture.svg", svg, 10, 10, List.of(), List.of()), new Sample("flat.jpg", svg, 0, -1, List.of(), List.of()))));
        assertEquals(0, Pages.elements(Pages.parse(page), "image").size());
        assertTrue(text(page).contains("its file is not a JPEG"));
        assertTrue(text(page).contains("is more than 512.0 KiB"));
        assertTrue(text(page).contains("The size of this picture is not known"));
    }

    @Test
    void aPredictionFindsATrueBoxOfItsClassAndPlaceOnce() {
        Box car = new Box("car", Double.NaN, 0, 0, 10, 10);
        assertEquals("Found 1 of 1", found(List.of(car), List.of(new Box("car", 0.9, 0, 0, 10, 10))));
        assertEquals("Found 1 of 1, 1 extra", found(List.of(car), List.of(new Box("car", 0.9, 0, 0, 10, 10), new Box("car", 0.8, 0, 0, 10, 10))));
        assertEquals("Found 0 of 1, 1 extra", found(List.of(car), List.of(new Box("van", 0.9, 0, 0, 10, 10))));
        assertEquals("Found 1 of 1", found(List.of(car), List.of(new Box("car", 0.9, 0, 0, 10, 5))));
        assertEquals("Found 0 of 1, 1 extra", found(List.of(car), List.of(new Box("car", 0.9, 0, 0, 10, 4.9))));
        assertEquals("No object, 1 claimed", found(List.of(), List.of(car)));
        assertEquals("No object, none claimed", found(List.of(), List.of()));
    }

    @Test
    void boxesWithoutUsableCoordinatesAreCountedNotDrawn() throws Exception {
        List<Box> odd = List.of(new Box("a", 0.5, Double.NaN, 0, 1, 1), new Box("b", 0.5, 0, 0, -1, 1),
                new Box("c", 0.5, 1e300, 0, 1, 1), new Box("d", Double.POSITIVE_INFINITY, -5, 90, 300, 300));
        byte[] page = ModelReport.html(model(List.of(), List.of(new Sample("x.jpg", new byte[0], 100, 100, List.of(), odd))));
        assertFinite(Pages.parse(page));
        assertTrue(text(page).contains("3 boxes are not drawn"));
    }

    @Test
    void aCrowdIsShownWithoutNames() throws Exception {
        List<Box> truth = IntStream.range(0, 20).mapToObj(i -> new Box("car", Double.NaN, i * 10, 0, 8, 8)).toList();
        List<Box> predicted = IntStream.range(0, 20).mapToObj(i -> new Box("car", 0.75, i * 10, 0, 8, 8)).toList();
        byte[] page = ModelReport.html(model(List.of(), List.of(new Sample("x.jpg", new byte[0], 200, 100, truth, predicted))));
        List<String> names = Pages.elements(Pages.parse(page), "text").stream().map(Element::getTextContent).toList();
        assertEquals(Collections.nCopies(20, "0.75"), names);
        assertTrue(text(page).contains("Found 20 of 20"));
        assertTrue(text(page).contains("A crowd: confidences are written, names are not."));
    }

    @Test
    void namesOfBoxesStayInsideThePicture() throws Exception {
        for (Sample sample : ExampleReports.scenes(24, 11)) {
            Document page = Pages.parse(ModelReport.html(model(List.of(), List.of(sample))));
            for (Element plate : Pages.elements(page, "rect")) {
                if (plate.getAttribute("class").startsWith("plate")) {
                    double left = Double.parseDouble(plate.getAttribute("x"));
                    double top = Double.parseDouble(plate.getAttribute("y"));
                    assertTrue(left >= 0 && left + Double.parseDouble(plate.getAttribute("width")) <= 320.02, "seed 11, " + sample.file());
                    assertTrue(top >= 0 && top + Double.parseDouble(plate.getAttribute("height")) <= 240.02, "seed 11, " + sample.file());
                }
            }
        }
    }

    @Test
    void sharesAreNeverRoundedToAllOrNothing() {
        assertEquals("0 %", Text.share(0, 7));
        assertEquals("< 0.1 %", Text.share(1, 1_000_000));
        assertEquals("> 99.9 %", Text.share(999_999, 1_000_000));
        assertEquals("100 %", Text.share(7, 7));
        assertEquals("33.3 %", Text.share(1, 3));
        assertEquals("–", Text.share(0, 0));
    }

    @Test
    void numbersReadAsPeopleWriteThem() {
        assertEquals("1,023 bytes", Text.bytes(1_023));
        assertEquals("1.0 KiB", Text.bytes(1_024));
        assertEquals("8.0 EiB", Text.bytes(Long.MAX_VALUE));
        assertEquals("59 s", Text.duration(59));
        assertEquals("1 min 00 s", Text.duration(60));
        assertEquals("25 h 01 min", Text.duration(90_060));
        assertEquals("0.7912", Text.metric(0.79123));
        assertEquals("0.5", Text.metric(0.50));
        assertEquals("120", Text.metric(120));
        assertEquals("999900", Text.metric(999_900));
        assertEquals("-1.5e9", Text.metric(-1.5e9));
        assertEquals("9e-5", Text.metric(0.00009));
        assertEquals("1e10", Text.metric(1e10));
        assertEquals("0.00123", Text.metric(0.00123));
        assertEquals("none", Text.metric(Double.NaN));
        assertEquals("0", Text.coordinate(-0.001));
        assertThrows(IllegalArgumentException.class, () -> Text.coordinate(Double.NaN));
    }

    /** WCAG 2.2, 1.4.3: text 4.5 : 1; 1.4.11: what a picture needs to be understood 3 : 1. */
    @Test
    void coloursContrastEnoughInLightAndDark() throws IOException {
        byte[] css;
        try (var in = ReportsTest.class.getResourceAsStream("report.css")) {
            css = in.readAllBytes();
        }
        Matcher theme = Pattern.compile(":root \\{([^}]*)}").matcher(new String(css, StandardCharsets.UTF_8));
        int themes = 0;
        while (theme.find()) {
            themes++;
            Map<String, Double> light = new HashMap<>();
            Matcher colour = Pattern.compile("--([a-z-]+): #([0-9a-f]{6})").matcher(theme.group(1));
            while (colour.find()) {
                light.put(colour.group(1), luminance(Integer.parseInt(colour.group(2), 16)));
            }
            for (String text : List.of("ink", "quiet", "accent", "band-deep")) {
                assertTrue(contrast(light.get(text), light.get("paper")) >= 4.5, text + " on paper, theme " + themes);
            }
            assertTrue(contrast(light.get("ink"), light.get("wash")) >= 4.5, "ink on wash, theme " + themes);
        }
        assertEquals(2, themes);
    }

    private static double contrast(double a, double b) {
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(int rgb) {
        double sum = 0;
        double[] weights = {0.2126, 0.7152, 0.0722};
        for (int i = 0; i < 3; i++) {
            double channel = (rgb >> (16 - 8 * i) & 0xff) / 255.0;
            sum += weights[i] * (channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    @Test
    void aNegativeCountIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Counts(-1, 0, 0, 0, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Manifest("m", null, -1));
    }

    private static String found(List<Box> truth, List<Box> predicted) {
        byte[] page = ModelReport.html(model(List.of(), List.of(new Sample("x.jpg", new byte[0], 20, 20, truth, predicted))));
        Matcher caption = Pattern.compile("<span class=\"quiet\">((?:Found|No object)[^<]*)</span>").matcher(text(page));
        assertTrue(caption.find());
        return caption.group(1);
    }

    private static DataReportContent data(Counts counts, List<Finding> findings, List<LabelClass> classes) {
        return new DataReportContent("d", "v", "now", null, null, List.of(), counts, findings, classes, null,
                new Split("20%", null, "object", 1, null, null, 0, null), "findings.jsonl", List.of(), List.of());
    }

    /** An instance was asked for, and this machine stood in for it: nobody is told of money that was never spent. */
    @Test
    void whatWasMadeAtHomeNamesNoInstanceAsUsedAndNoBill() throws Exception {
        Training training = new Training("job", "Completed", null, "ml.g5.2xlarge", 1, true, "today", 11, 11, true);
        String page = text(ModelReport.html(model(training, List.of(), List.of()))).replaceAll("</?bdi>", "");
        assertTrue(page.contains("Model for d, made on this machine"), page);
        assertTrue(page.contains("<dt>Asked for</dt><dd>ml.g5.2xlarge, spot</dd>"), page);
        assertFalse(page.contains("billable") || page.contains("<dt>Instance</dt>") || page.contains("saved"), page);
    }

    private static ModelReportContent model(List<MetricSeries> metrics, List<Sample> samples) {
        return model(new Training("job", "Completed", null, "ml.m5.large", 1, false, null, -1, -1, false), metrics, samples);
    }

    private static ModelReportContent model(Training training, List<MetricSeries> metrics, List<Sample> samples) {
        return new ModelReportContent("d", "now", new Verdict(Outcome.KEPT, "No metric.", null, Double.NaN, Direction.UNKNOWN, null),
                training, Map.of(), metrics, samples, List.of(), null);
    }

    private static String text(byte[] page) {
        return Pages.withoutStyle(page);
    }

    private static double height(Document page, String kind) {
        return Pages.elements(page, "rect").stream().filter(rect -> rect.getAttribute("class").equals(kind)
                && rect.hasAttribute("height") && rect.hasAttribute("y"))
                .mapToDouble(rect -> Double.parseDouble(rect.getAttribute("height"))).findFirst().orElseThrow();
    }

    /** Every coordinate is a plain number, and every point of a chart lies in its view box. */
    private static void assertFinite(Document page) {
        for (Element element : Pages.elements(page, "*")) {
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                String name = element.getAttributes().item(i).getNodeName();
                String value = element.getAttributes().item(i).getNodeValue();
                if (NUMERIC.contains(name)) {
                    assertTrue(NUMBER.matcher(value).matches(), element.getTagName() + " " + name + "=" + value);
                }
                if (name.equals("d") || name.equals("viewBox")) {
                    for (String part : value.split("[ ,MLCVZ]+")) {
                        assertTrue(part.isEmpty() || NUMBER.matcher(part).matches(), name + "=" + value);
                    }
                }
            }
            if (element.getTagName().equals("circle")) {
                double x = Double.parseDouble(element.getAttribute("cx"));
                double y = Double.parseDouble(element.getAttribute("cy"));
                assertTrue(x >= 0 && x <= 480 && y >= 0 && y <= 260, "a point outside its chart: " + x + ", " + y);
            }
        }
    }
}
