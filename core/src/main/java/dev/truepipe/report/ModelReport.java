package dev.truepipe.report;

import dev.truepipe.report.ModelReportContent.Champion;
import dev.truepipe.report.ModelReportContent.MetricSeries;
import dev.truepipe.report.ModelReportContent.Sample;
import dev.truepipe.report.ModelReportContent.Training;
import dev.truepipe.report.ModelReportContent.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What came of training, as one HTML file with its pictures inside: written by {@code JudgeModel} as the model's
 * {@code report.html}.
 *
 * <p>The same content gives the same bytes. At most {@value #MAX_SAMPLES} pictures of {@value #MAX_JPEG_BYTES} bytes
 * are embedded, so that the page stays under 22 MiB whatever it is handed; one picture is in memory twice at a time
 * when it is written with {@link #render}.
 */
public final class ModelReport {
    /** Pictures shown. */
    public static final int MAX_SAMPLES = 24;
    /** Largest picture embedded, in bytes. */
    public static final int MAX_JPEG_BYTES = 512 * 1024;

    private static final int MAX_METRICS = 24;
    private static final int MAX_HYPERPARAMETERS = 200;

    private final Html html;
    private final ModelReportContent content;

    private ModelReport(Html html, ModelReportContent content) {
        this.html = html;
        this.content = content;
    }

    /** The page in UTF-8. */
    public static byte[] html(ModelReportContent content) {
        StringBuilder page = new StringBuilder(64 * 1024);
        try {
            render(content, page);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: writing to memory", e);
        }
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes the page; the bytes must be stored as UTF-8.
     *
     * @throws IOException if {@code out} refuses; the page is then half written
     */
    public static void render(ModelReportContent content, Appendable out) throws IOException {
        Html html = Page.begin(out, content.dataset() + ": " + words(content.verdict()) + " (" + content.training().jobName() + ")");
        new ModelReport(html, content).write();
        Page.end(html, content.writtenAt());
    }

    private static String words(Verdict verdict) {
        return switch (verdict.outcome()) {
            case PROMOTED -> "promoted";
            case KEPT -> "kept, not promoted";
            case LATE -> "late, not promoted";
        };
    }

    private void write() throws IOException {
        html.open("header");
        html.open("p", "class", "eyebrow").text("Model for ").value(content.dataset())
                .text(content.training().atHome() ? ", made on this machine" : "").close();
        String words = words(content.verdict());
        html.element("h1", Character.toUpperCase(words.charAt(0)) + words.substring(1));
        html.open("p", "class", "lead").value(content.verdict().reason()).close();
        figures();
        html.close();
        html.open("main");
        metrics();
        samples();
        training();
        if (!content.links().isEmpty()) {
            begin("links", "Where to look next");
            Page.links(html, content.links(), true);
            html.close();
        }
        data();
        html.close();
    }

    private void begin(String id, String title) throws IOException {
        html.open("section", "aria-labelledby", id);
        html.element("h2", title, "id", id);
    }

    private void figures() throws IOException {
        Verdict verdict = content.verdict();
        Training training = content.training();
        html.open("dl", "class", "figures");
        if (verdict.metric() != null) {
            figure(verdict.metric(), Text.metric(verdict.value()), "last value of this model");
        } else {
            figure("Metric", "none", "the job reported none");
        }
        Champion champion = verdict.champion();
        if (champion == null) {
            figure("Champion before", "none", "this is the first model judged");
        } else {
            figure("Champion before", Text.metric(champion.value()), comparison(verdict, champion));
        }
        if (training.seconds() >= 0) {
            figure("Training", Text.duration(training.seconds()), training.atHome() ? "on this machine"
                    : training.billableSeconds() < 0 ? "billable time not known"
                    : Text.duration(training.billableSeconds()) + " billable");
        }
        if (content.data() != null) {
            figure("Trained on", Text.count(content.data().counts().train()),
                    "lines, judged on " + Text.count(content.data().counts().validation()));
        }
        html.close();
    }

    private static String comparison(Verdict verdict, Champion champion) {
        String holdOut = champion.sameHoldOut() ? "same hold-out" : "on another hold-out";
        double difference = verdict.value() - champion.value();
        if (!Double.isFinite(difference)) {
            return "cannot be compared";
        }
        if (difference == 0) {
            return "equal, " + holdOut;
        }
        String size = Text.metric(Math.abs(difference));
        return switch (verdict.direction()) {
            case MAXIMIZE -> (difference > 0 ? "better by " : "worse by ") + size + ", " + holdOut;
            case MINIMIZE -> (difference < 0 ? "better by " : "worse by ") + size + ", " + holdOut;
            case UNKNOWN -> (difference > 0 ? "higher by " : "lower by ") + size + ", " + holdOut;
        };
    }

    private void figure(String label, String number, String words) throws IOException {
        html.open("div");
        html.open("dt").value(Text.shortened(label, 80)).close();
        html.open("dd").element("b", number).element("span", words, "class", "quiet").close();
        html.close();
    }

    private void metrics() throws IOException {
        begin("metrics", "Metric by epoch");
        if (content.metrics().isEmpty()) {
            html.element("p", "The job reported no metric by epoch. A metric is read from the job's log by the regular "
                    + "expressions of its metric definitions: check that the algorithm prints them.");
        } else {
            html.open("div", "class", "charts");
            for (MetricSeries series : content.metrics().subList(0, Math.min(MAX_METRICS, content.metrics().size()))) {
                MetricChart.write(html, series);
            }
            html.close();
            if (content.metrics().size() > MAX_METRICS) {
                Page.more(html, content.metrics().size() - MAX_METRICS, "metric", "metrics");
            }
        }
        html.close();
    }

    private void samples() throws IOException {
        begin("samples", "Sample predictions");
        if (content.samples().isEmpty()) {
            html.element("p", "The algorithm left none. It may write predictions.json and pictures into its output folder.");
            html.close();
            return;
        }
        html.open("p", "class", "legend");
        legend("true", "true box, from the labels");
        legend("predicted", "predicted box, with its confidence");
        html.close();
        html.element("p", "A box is found where class and place agree: intersection over union of 0.5 or more.", "class", "quiet");
        html.open("div", "class", "samples");
        for (Sample sample : content.samples().subList(0, Math.min(MAX_SAMPLES, content.samples().size()))) {
            SamplePicture.write(html, sample);
        }
        html.close();
        if (content.samples().size() > MAX_SAMPLES) {
            Page.more(html, content.samples().size() - MAX_SAMPLES, "picture", "pictures");
        }
        html.close();
    }

    private void legend(String kind, String words) throws IOException {
        html.open("span");
        html.open("svg", "viewBox", "0 0 34 20", "width", "34", "height", "20", "aria-hidden", "true");
        html.empty("rect", "class", "casing " + kind, "x", "3", "y", "3", "width", "28", "height", "14");
        html.empty("rect", "class", "box " + kind, "x", "3", "y", "3", "width", "28", "height", "14");
        html.close();
        html.text(words).close();
    }

    private void training() throws IOException {
        Training training = content.training();
        begin("training", "Training job");
        html.open("dl", "class", "facts");
        Page.fact(html, "Name", () -> html.code(training.jobName()));
        Page.fact(html, "Status", () -> html.value(training.status()));
        if (training.atHome()) {
            Page.fact(html, "Made", () -> html.text("on this machine, by an embedded cloud: no instance was rented, and nothing billed"));
        }
        Page.fact(html, training.atHome() ? "Asked for" : "Instance", () -> html
                .text(training.instanceCount() == 1 ? "" : Text.count(training.instanceCount()) + " × ")
                .value(training.instanceType()).text(training.spot() ? ", spot" : ", on demand"));
        if (training.startedAt() != null) {
            Page.fact(html, "Started", () -> html.value(training.startedAt()));
        }
        Page.fact(html, "Time", () -> html.text(time(training)));
        if (training.image() != null) {
            Page.fact(html, "Image", () -> html.code(training.image()));
        }
        html.close();
        html.element("h3", "Hyperparameters");
        if (content.hyperparameters().isEmpty()) {
            html.element("p", "None were sent.");
        } else {
            html.open("dl", "class", "facts short");
            for (Map.Entry<String, String> one : content.hyperparameters().entrySet().stream().limit(MAX_HYPERPARAMETERS).toList()) {
                Page.fact(html, one.getKey(), () -> html.code(one.getValue()));
            }
            html.close();
            if (content.hyperparameters().size() > MAX_HYPERPARAMETERS) {
                Page.more(html, content.hyperparameters().size() - MAX_HYPERPARAMETERS, "hyperparameter", "hyperparameters");
            }
        }
        html.close();
    }

    private static String time(Training training) {
        if (training.seconds() < 0) {
            return "not known";
        }
        String words = Text.duration(training.seconds());
        if (training.atHome()) {
            return words;
        }
        if (training.billableSeconds() < 0) {
            return words + ", billable time not known";
        }
        words += ", " + Text.duration(training.billableSeconds()) + " billable";
        long saved = training.seconds() * Math.max(1, training.instanceCount()) - training.billableSeconds();
        return training.spot() && saved > 0 && training.seconds() > 0
                ? words + ": spot saved " + Text.share(saved, training.seconds() * Math.max(1, training.instanceCount()))
                : words;
    }

    private void data() throws IOException {
        html.open("section", "aria-labelledby", "data", "class", "part");
        html.element("h2", "The labels it learned from", "id", "data");
        if (content.data() == null) {
            html.element("p", "The description of the dataset could not be read any more.");
        } else {
            html.open("p").text("Version ").code(content.data().version()).text(", sealed ").value(content.data().writtenAt()).close();
            DataReport.labels(html, content.data());
            new DataSections(html, content.data(), 3, false).write();
        }
        html.close();
    }
}
