package dev.truepipe.report;

import dev.truepipe.report.DataReportContent.Counts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the lines went, as bands whose height is their share. The words stand beside the picture as HTML, each in a
 * slot of the height that its band has, so that they keep their size when the picture narrows.
 */
final class FlowPicture {
    /** Height of all lines together, in pixels. */
    private static final double ALL = 190;
    /** Least height of a slot, in pixels: two lines of text. */
    private static final double SLOT = 58;
    private static final double WIDTH = 1000;
    private static final double NODE = 22;
    private static final double MIDDLE = 470;

    private record End(String name, String kind, long lines, String words) {}

    private FlowPicture() {}

    static void write(Html html, Counts counts) throws IOException {
        List<End> ends = new ArrayList<>(List.of(
                new End("train", "train", counts.train(), "the model learns from them"),
                new End("validation", "validation", counts.validation(), "held out to judge it")));
        if (counts.test() > 0) {
            ends.add(new End("test", "test", counts.test(), "kept from training and judging"));
        }
        int accepting = ends.size();
        ends.add(new End("superseded", "superseded", counts.superseded(), "another label of the object won"));
        ends.add(new End("quarantined", "quarantine", counts.quarantined(), "set aside with a reason"));
        long sum = ends.stream().mapToLong(End::lines).sum();
        double whole = Math.max(1, Math.max(counts.lines(), sum));

        double[] band = new double[ends.size()];
        double[] slot = new double[ends.size()];
        double total = 0;
        double bands = 0;
        for (int i = 0; i < ends.size(); i++) {
            long lines = ends.get(i).lines();
            band[i] = lines == 0 ? 0 : Math.max(2, lines / whole * ALL);
            slot[i] = Math.max(band[i] + 12, SLOT);
            bands += band[i];
            total += slot[i];
        }

        html.open("div", "class", "flow");
        html.open("p", "class", "flow-from");
        html.open("span").element("b", Text.count(counts.lines())).text(counts.lines() == 1 ? " line" : " lines").close();
        html.open("span").element("b", Text.count(counts.accepted())).text(" accepted").close();
        html.close();
        html.open("svg", "class", "flow-picture", "role", "img", "preserveAspectRatio", "none",
                "viewBox", "0 0 1000 " + Text.coordinate(total), "height", Text.coordinate(total),
                "aria-label", "Of " + Text.count(counts.lines(), "line", "lines") + ", " + Text.count(counts.accepted())
                        + " accepted: " + Text.count(counts.train()) + " to train" + (counts.test() > 0 ? ", " : " and ")
                        + Text.count(counts.validation()) + " to validation" + (counts.test() > 0 ? " and " + Text.count(counts.test()) + " to test. " : ". ")
                         + Text.count(counts.superseded()) + " superseded, "
                        + Text.count(counts.quarantined()) + " quarantined.");
        double from = (total - bands) / 2;
        double acceptedBands = Arrays.stream(band, 0, accepting).sum();
        double middle = (Arrays.stream(slot, 0, accepting).sum() - acceptedBands) / 2;
        if (bands > 0) {
            node(html, "lines", 0, from, bands);
        }
        if (acceptedBands > 0) {
            ribbon(html, "accepted", NODE, from, MIDDLE, middle, acceptedBands);
            node(html, "lines", MIDDLE, middle, acceptedBands);
        }
        double top = 0;
        for (int i = 0; i < ends.size(); i++) {
            double to = top + (slot[i] - band[i]) / 2;
            boolean accepted = i < accepting;
            if (band[i] > 0) {
                String kind = ends.get(i).kind();
                ribbon(html, kind, accepted ? MIDDLE + NODE : NODE, accepted ? middle : from, WIDTH - NODE, to, band[i]);
                node(html, kind, WIDTH - NODE, to, band[i]);
            }
            if (accepted) {
                middle += band[i];
            }
            from += band[i];
            top += slot[i];
        }
        html.close();
        html.open("ul", "class", "flow-to");
        for (int i = 0; i < ends.size(); i++) {
            End end = ends.get(i);
            html.open("li", "style", "height:" + Text.coordinate(slot[i]) + "px", "class", end.lines() == 0 ? "none" : null);
            html.open("span");
            html.element("b", Text.count(end.lines())).text(" " + end.name() + " ");
            html.element("span", Text.share(end.lines(), counts.lines()), "class", "quiet");
            html.close();
            html.element("span", end.words(), "class", "quiet words");
            html.close();
        }
        html.close().close();
    }

    private static void node(Html html, String kind, double x, double y, double height) throws IOException {
        html.empty("rect", "class", "node " + kind, "x", Text.coordinate(x), "y", Text.coordinate(y),
                "width", Text.coordinate(NODE), "height", Text.coordinate(height));
    }

    private static void ribbon(Html html, String kind, double x0, double y0, double x1, double y1, double height)
            throws IOException {
        String bend = Text.coordinate((x0 + x1) / 2);
        html.empty("path", "class", "ribbon " + kind, "d", "M" + at(x0, y0) + " C" + bend + "," + Text.coordinate(y0) + " "
                + bend + "," + Text.coordinate(y1) + " " + at(x1, y1) + " V" + Text.coordinate(y1 + height) + " C" + bend + ","
                + Text.coordinate(y1 + height) + " " + bend + "," + Text.coordinate(y0 + height) + " " + at(x0, y0 + height) + " Z");
    }

    private static String at(double x, double y) {
        return Text.coordinate(x) + "," + Text.coordinate(y);
    }
}
