package dev.truepipe.report;

import dev.truepipe.report.DataReportContent.Counts;
import dev.truepipe.report.DataReportContent.Example;
import dev.truepipe.report.DataReportContent.Finding;
import dev.truepipe.report.DataReportContent.LabelClass;
import dev.truepipe.report.DataReportContent.Manifest;
import dev.truepipe.report.DataReportContent.Severity;
import dev.truepipe.report.DataReportContent.Split;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The sections about the labels, in the data's own report and in the model's. */
final class DataSections {
    private static final int MAX_CODES = 60;
    private static final int MAX_CLASSES = 200;
    private static final int MAX_MANIFESTS = 50;
    private static final int MAX_STEPS = 20;

    private final Html html;
    private final DataReportContent data;
    private final String heading;
    private final boolean beside;

    /**
     * @param level level of the headings, 2 to 6
     * @param beside whether the files of the data lie beside this page
     */
    DataSections(Html html, DataReportContent data, int level, boolean beside) {
        this.html = html;
        this.data = data;
        this.heading = "h" + level;
        this.beside = beside;
    }

    void write() throws IOException {
        lines();
        findings();
        classes();
        split();
        manifests();
        next();
    }

    private void begin(String id, String title) throws IOException {
        html.open("section", "aria-labelledby", id);
        html.element(heading, title, "id", id);
    }

    private void lines() throws IOException {
        Counts counts = data.counts();
        begin("lines", "Where the lines went");
        if (counts.lines() == 0) {
            html.element("p", "The manifests hold no lines.");
        }
        FlowPicture.write(html, counts);
        if (counts.blank() > 0) {
            html.element("p", Text.count(counts.blank(), "blank line is", "blank lines are") + " left out of every count.",
                    "class", "quiet");
        }
        if (data.reconciled() != null) {
            html.open("p").value(data.reconciled()).text(".").close();
        }
        if (counts.accepted() + counts.quarantined() + counts.superseded() != counts.lines()) {
            html.element("p", "These counts do not add up: accepted + quarantined + superseded should be the number of lines. "
                    + "Please report this as a defect, with dataset.json.", "class", "notice");
        }
        if (counts.train() + counts.validation() + counts.test() != counts.accepted()) {
            html.element("p", "These counts do not add up: train + validation + test should be the number of accepted lines. "
                    + "Please report this as a defect, with dataset.json.", "class", "notice");
        }
        html.close();
    }

    private void findings() throws IOException {
        begin("findings", "Findings");
        List<Finding> findings = data.findings();
        if (findings.isEmpty()) {
            html.element("p", "None. Every line obeys every rule.").close();
            return;
        }
        html.open("p").text("Every finding, with its place: ");
        Page.target(html, data.findingsFile(), beside);
        html.close();
        html.open("table", "class", "findings");
        html.open("thead").open("tr");
        html.element("th", "Code", "scope", "col");
        html.element("th", "What happens", "scope", "col");
        html.element("th", "Count", "scope", "col", "class", "number");
        html.close().close();
        for (Finding finding : findings.subList(0, Math.min(MAX_CODES, findings.size()))) {
            finding(finding);
        }
        html.close();
        if (findings.size() > MAX_CODES) {
            Page.more(html, findings.size() - MAX_CODES, "code", "codes");
        }
        html.close();
    }

    private void finding(Finding finding) throws IOException {
        boolean quarantine = finding.severity() == Severity.QUARANTINE;
        html.open("tbody");
        html.open("tr");
        html.open("th", "scope", "rowgroup").code(finding.code()).close();
        html.open("td").element("span", quarantine ? "quarantine" : "warning",
                "class", quarantine ? "badge quarantine" : "badge").close();
        html.element("td", Text.count(finding.count()), "class", "number");
        html.close();
        if (!finding.examples().isEmpty()) {
            html.open("tr", "class", "examples").open("td", "colspan", "3").open("ul");
            int shown = Math.min(DataReport.MAX_EXAMPLES, finding.examples().size());
            for (Example example : finding.examples().subList(0, shown)) {
                html.open("li");
                html.value(example.message()).text(" ");
                if (example.manifest() != null) {
                    html.code(example.line() == 0 ? example.manifest()
                            : example.manifest() + ":" + example.line() + " (byte " + example.byteOffset() + ")");
                }
                html.close();
            }
            long more = finding.count() - shown;
            if (more > 0) {
                html.open("li", "class", "quiet").text("and " + Text.count(more) + " more, in ");
                Page.target(html, data.findingsFile(), beside);
                html.close();
            }
            html.close().close().close();
        }
        html.close();
    }

    private void classes() throws IOException {
        List<LabelClass> classes = data.classes();
        if (classes.isEmpty()) {
            return;
        }
        boolean tests = data.split().test() != null;
        begin("classes", "Classes");
        html.open("div", "class", "scroll", "role", "region", "tabindex", "0", "aria-labelledby", "classes");
        html.open("table", "class", "classes");
        html.open("thead").open("tr");
        html.element("th", "Class", "scope", "col");
        html.element("th", "Id", "scope", "col", "class", "number");
        html.element("th", "In train", "scope", "col", "class", "number");
        html.element("th", "In validation", "scope", "col", "class", "number");
        if (tests) {
            html.element("th", "In test", "scope", "col", "class", "number");
        }
        html.element("th", "Lines", "scope", "col", "class", "number");
        html.close().close();
        html.open("tbody");
        double most = 1;
        for (LabelClass one : classes) {
            most = Math.max(most, (double) one.trainAnnotations() + one.validationAnnotations());
        }
        for (LabelClass one : classes.subList(0, Math.min(MAX_CLASSES, classes.size()))) {
            html.open("tr");
            html.open("th", "scope", "row").value(one.name());
            bar(one.trainAnnotations() / most * 100, one.validationAnnotations() / most * 100);
            html.close();
            html.open("td", "class", "number").value(one.id()).close();
            html.element("td", Text.count(one.trainAnnotations()), "class", "number");
            html.element("td", Text.count(one.validationAnnotations()), "class", "number");
            if (tests) {
                html.element("td", Text.count(one.testAnnotations()), "class", "number");
            }
            html.element("td", Text.count(one.lines()), "class", "number");
            html.close();
        }
        html.close().close().close();
        if (classes.size() > MAX_CLASSES) {
            Page.more(html, classes.size() - MAX_CLASSES, "class", "classes");
        }
        html.element("p", (tests ? "In train, in validation and in test: annotations." : "In train and in validation: annotations.") + " Lines: accepted lines that hold the class. "
                + "The bar shows train, then validation, against the most frequent class.", "class", "quiet");
        html.close();
    }

    /** The numbers stand beside it, so that it is hidden from screen readers. */
    private void bar(double train, double validation) throws IOException {
        html.open("svg", "class", "bar", "viewBox", "0 0 100 4", "preserveAspectRatio", "none", "aria-hidden", "true");
        html.empty("rect", "class", "node train", "width", Text.coordinate(train), "height", "4");
        html.empty("rect", "class", "node validation", "x", Text.coordinate(train), "width", Text.coordinate(validation), "height", "4");
        html.close();
    }

    private void split() throws IOException {
        Split split = data.split();
        begin("split", "Split");
        html.open("dl", "class", "facts");
        boolean own = !split.validation().endsWith("%");
        Page.fact(html, "Held out", () -> html.value(split.validation()).text((own ? " and all of its groups, " : " asked for, ")
                + Text.share(data.counts().validation(), data.counts().accepted()) + " of the accepted lines came out"));
        if (split.test() != null) {
            Page.fact(html, "Kept for test", () -> html.value(split.test()).text(" asked for, "
                    + Text.share(data.counts().test(), data.counts().accepted()) + " of the accepted lines came out"));
        }
        Page.fact(html, "Grouped by", () -> html.code(split.groupBy()));
        Page.fact(html, "Seed", () -> html.code(Long.toString(split.seed())));
        if (split.holdOut() != null) {
            Page.fact(html, "Hold-out", () -> html.code(split.holdOut()));
        }
        Page.fact(html, "Carried from", () -> {
            if (split.previousVersion() == null) {
                html.text("nothing: no earlier version");
            } else {
                html.text("version ").code(split.previousVersion());
            }
        });
        Page.fact(html, "Floor groups", () -> html.text(split.floorGroups() == 0 ? "none needed"
                : Text.count(split.floorGroups(), "group", "groups")
                        + " placed in validation so that every class they hold has one there"));
        html.close();
        if (split.note() != null) {
            html.open("p").value(split.note()).close();
        }
        html.element("p", own ? "An object is held out if that manifest has it, or its group: it stays there as the data grows."
                : "An object's side follows from its own hash, so it stays where it is as the data grows.", "class", "quiet");
        html.close();
    }

    private void manifests() throws IOException {
        begin("manifests", "Manifests");
        List<Manifest> manifests = data.manifests();
        if (manifests.isEmpty()) {
            html.element("p", "None were read.");
        } else {
            html.open("div", "class", "scroll", "role", "region", "tabindex", "0", "aria-labelledby", "manifests");
            html.open("table");
            html.open("thead").open("tr");
            html.element("th", "Manifest", "scope", "col");
            html.element("th", "ETag", "scope", "col");
            html.element("th", "Size", "scope", "col", "class", "number");
            html.close().close();
            html.open("tbody");
            for (Manifest manifest : manifests.subList(0, Math.min(MAX_MANIFESTS, manifests.size()))) {
                html.open("tr");
                html.open("th", "scope", "row").code(manifest.uri()).close();
                html.open("td");
                if (manifest.eTag() == null) {
                    html.text("–");
                } else {
                    html.code(manifest.eTag().replace("\"", ""));
                }
                html.close();
                html.element("td", Text.bytes(manifest.sizeBytes()), "class", "number");
                html.close();
            }
            html.close().close().close();
            if (manifests.size() > MAX_MANIFESTS) {
                Page.more(html, manifests.size() - MAX_MANIFESTS, "manifest", "manifests");
            }
        }
        if (!data.files().isEmpty()) {
            Page.links(html, data.files(), beside);
        }
        html.close();
    }

    private void next() throws IOException {
        begin("next", "What to do next");
        html.open("ul", "class", "next");
        for (String step : steps()) {
            html.open("li").value(step).close();
        }
        for (String step : data.nextSteps().subList(0, Math.min(MAX_STEPS, data.nextSteps().size()))) {
            html.open("li").value(step).close();
        }
        html.close().close();
    }

    private List<String> steps() {
        Counts counts = data.counts();
        List<String> steps = new ArrayList<>();
        if (counts.quarantined() > 0) {
            String most = data.findings().stream()
                    .filter(finding -> finding.severity() == Severity.QUARANTINE)
                    .max(Comparator.comparingLong(Finding::count))
                    .map(finding -> " The most frequent reason is " + finding.code() + ".")
                    .orElse("");
            steps.add(Text.count(counts.quarantined(), "line waits", "lines wait") + " in quarantine.manifest, byte for byte."
                    + most + " Mend what the findings name, or label those objects again: mended lines join the next version.");
        }
        if (counts.validation() == 0 && counts.lines() > 0) {
            steps.add("Nothing is held out, so no model can be judged: raise the validation share or add labels.");
        } else {
            List<String> unmeasured = data.classes().stream()
                    .filter(one -> one.validationAnnotations() == 0 && one.trainAnnotations() > 0)
                    .map(one -> Text.label(one.name(), 60)).toList();
            if (!unmeasured.isEmpty()) {
                steps.add(String.join(", ", unmeasured.subList(0, Math.min(5, unmeasured.size())))
                        + (unmeasured.size() > 5 ? " and " + Text.count(unmeasured.size() - 5) + " more" : "")
                        + (unmeasured.size() == 1 ? " is" : " are")
                        + " not in validation, so the metric says nothing about "
                        + (unmeasured.size() == 1 ? "it" : "them") + ": label more objects of "
                        + (unmeasured.size() == 1 ? "it." : "each."));
            }
        }
        long warnings = data.findings().stream()
                .filter(finding -> finding.severity() == Severity.WARNING).mapToLong(Finding::count).sum();
        if (warnings > 0) {
            steps.add(Text.count(warnings, "warning does", "warnings do")
                    + " not keep a line from training. Read them once; each says what is odd and how to mend it.");
        }
        if (steps.isEmpty() && data.nextSteps().isEmpty()) {
            steps.add(counts.lines() == 0 ? "Label objects, and put the manifest where the dataset looks for it."
                    : "Nothing: the labels are in order.");
        }
        return steps;
    }
}
