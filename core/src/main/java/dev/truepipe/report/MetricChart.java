package dev.truepipe.report;

import dev.truepipe.report.ModelReportContent.Direction;
import dev.truepipe.report.ModelReportContent.MetricSeries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One metric over the epochs: a line with axes, the last value and the best one named, and the values as a list. */
final class MetricChart {
    private static final double WIDTH = 480;
    private static final double HEIGHT = 260;
    private static final double LEFT = 58;
    private static final double RIGHT = 78;
    private static final double TOP = 26;
    private static final double BOTTOM = 42;
    /** Beyond this a value is listed, not drawn: differences would overflow. */
    private static final double DRAWABLE = 1e100;
    /** Points drawn at most; a longer series is thinned and says so. */
    private static final int MAX_POINTS = 1_000;
    private static final int MAX_DOTS = 60;
    private static final int MAX_LISTED = 500;

    private MetricChart() {}

    static void write(Html html, MetricSeries series) throws IOException {
        List<Double> values = series.values();
        int drawable = 0;
        int last = -1;
        int best = -1;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int epoch = 0; epoch < values.size(); epoch++) {
            double value = values.get(epoch);
            if (!drawable(value)) {
                continue;
            }
            drawable++;
            last = epoch;
            low = Math.min(low, value);
            high = Math.max(high, value);
            boolean better = switch (series.direction()) {
                case MAXIMIZE -> best < 0 || value > values.get(best);
                case MINIMIZE -> best < 0 || value < values.get(best);
                case UNKNOWN -> false;
            };
            if (better) {
                best = epoch;
            }
        }
        html.open("figure", "class", "chart");
        html.open("figcaption").open("b").value(series.name()).close();
        if (last >= 0) {
            html.text(" last " + Text.metric(values.get(last)));
            if (best >= 0) {
                html.text(best == last ? ", the best" : ", best " + Text.metric(values.get(best)) + " in epoch " + best);
            }
        }
        html.close();
        if (drawable == 0) {
            html.element("p", values.isEmpty() ? "The job reported no value for this metric."
                    : "None of the " + Text.count(values.size(), "value", "values") + " is a number that can be drawn.");
        } else {
            picture(html, series, low, high, last, best);
        }
        int missing = values.size() - drawable;
        if (missing > 0 && drawable > 0) {
            html.element("p", Text.count(missing, "epoch has", "epochs have") + " no number to draw.", "class", "quiet");
        }
        if (drawable > MAX_POINTS) {
            html.element("p", "Drawn from " + Text.count(MAX_POINTS) + " of " + Text.count(drawable) + " values.", "class", "quiet");
        }
        if (values.size() > 1) {
            list(html, values);
        }
        html.close();
    }

    private static void picture(Html html, MetricSeries series, double low, double high, int last, int best)
            throws IOException {
        List<Double> values = series.values();
        double[] ticks = ticks(low, high);
        double bottom = ticks[0];
        double top = ticks[ticks.length - 1];
        int epochs = values.size();
        String summary = series.name() + " per epoch from epoch 0 to " + (epochs - 1) + ": last " + Text.metric(values.get(last))
                + (best < 0 ? "" : ", best " + Text.metric(values.get(best)) + " in epoch " + best) + ".";
        html.open("svg", "role", "img", "viewBox", "0 0 480 260", "aria-label", Text.shortened(summary, 300));

        double step = ticks[1] - ticks[0];
        for (double tick : ticks) {
            String y = Text.coordinate(y(tick, bottom, top));
            html.empty("line", "class", "grid", "x1", Text.coordinate(LEFT), "x2", Text.coordinate(WIDTH - RIGHT), "y1", y, "y2", y);
            label(html, "tick end", LEFT - 8, y(tick, bottom, top) + 4, Math.abs(tick) < step / 2 ? "0" : Text.metric(tick));
        }
        int stride = stride(epochs);
        for (int epoch = 0; epoch < epochs; epoch += stride) {
            label(html, "tick middle", x(epoch, epochs), HEIGHT - BOTTOM + 18, Integer.toString(epoch));
        }
        label(html, "tick middle", LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 6, "epoch");

        List<Integer> drawn = drawn(values, last, best);
        StringBuilder path = new StringBuilder();
        int before = -1;
        for (int epoch : drawn) {
            boolean joined = before >= 0 && joined(values, before, epoch);
            path.append(path.isEmpty() ? "" : " ").append(joined ? 'L' : 'M').append(Text.coordinate(x(epoch, epochs)))
                    .append(',').append(Text.coordinate(y(values.get(epoch), bottom, top)));
            before = epoch;
        }
        html.empty("path", "class", "curve", "d", path.toString());
        if (drawn.size() <= MAX_DOTS) {
            for (int epoch : drawn) {
                dot(html, "dot", x(epoch, epochs), y(values.get(epoch), bottom, top), 2.5);
            }
        }
        if (best >= 0 && best != last) {
            double bestX = x(best, epochs);
            double bestY = y(values.get(best), bottom, top);
            dot(html, "dot best", bestX, bestY, 5);
            boolean above = series.direction() == Direction.MAXIMIZE || bestY + 22 > HEIGHT - BOTTOM - 4;
            String words = "best " + Text.metric(values.get(best));
            double half = words.length() * 3.4;
            double labelX = Math.clamp(bestX, LEFT + half + 4, WIDTH - RIGHT - half - 8);
            label(html, "name middle", labelX, above ? bestY - 12 : bestY + 22, words);
        }
        double lastX = x(last, epochs);
        double lastY = y(values.get(last), bottom, top);
        dot(html, "dot last", lastX, lastY, 4.5);
        String words = Text.metric(values.get(last));
        label(html, words.length() > 6 ? "name strong long" : "name strong", lastX + 10, lastY + 5, words);
        html.close();
    }

    private static void list(Html html, List<Double> values) throws IOException {
        html.open("details");
        html.element("summary", "Values by epoch");
        html.open("ol", "start", "0", "class", "values");
        for (double value : values.subList(0, Math.min(MAX_LISTED, values.size()))) {
            html.element("li", Text.metric(value));
        }
        html.close();
        if (values.size() > MAX_LISTED) {
            Page.more(html, values.size() - MAX_LISTED, "value", "values");
        }
        html.close();
    }

    /** Three to seven round values from at or below {@code low} to at or above {@code high}. */
    static double[] ticks(double low, double high) {
        double from = low;
        double to = high;
        if (from >= 0 && from <= to / 2) {
            from = 0;
        } else if (from == to) {
            double margin = from == 0 ? 1 : Math.abs(from) / 10;
            from -= margin;
            to += margin;
        }
        if (to - from < Math.max(Math.abs(from), Math.abs(to)) * 1e-9) {
            double margin = Math.max(Math.abs(from), Math.abs(to)) / 1e6;
            from -= margin;
            to += margin;
        }
        if (to - from < 1e-200) {
            to = from + 1; // beneath this the powers of ten below run out
        }
        double rough = (to - from) / 4;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power * 10;
        for (double nice : new double[] {1, 2, 2.5, 5}) {
            if (nice * power >= rough) {
                step = nice * power;
                break;
            }
        }
        long first = (long) Math.floor(from / step + 1e-9);
        long last = (long) Math.ceil(to / step - 1e-9);
        double[] ticks = new double[(int) Math.max(2, last - first + 1)];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = (first + i) * step;
        }
        return ticks;
    }

    private static List<Integer> drawn(List<Double> values, int last, int best) {
        int stride = Math.max(1, (int) Math.ceil(values.size() / (double) MAX_POINTS));
        List<Integer> drawn = new ArrayList<>();
        for (int epoch = 0; epoch < values.size(); epoch++) {
            if (drawable(values.get(epoch)) && (epoch % stride == 0 || epoch == last || epoch == best)) {
                drawn.add(epoch);
            }
        }
        return drawn;
    }

    /** An epoch without a value leaves a gap in the line. */
    private static boolean joined(List<Double> values, int from, int to) {
        for (int epoch = from + 1; epoch < to; epoch++) {
            if (!drawable(values.get(epoch))) {
                return false;
            }
        }
        return true;
    }

    private static int stride(int epochs) {
        for (int power = 1; ; power *= 10) {
            for (int nice : new int[] {1, 2, 5}) {
                if ((epochs - 1) / ((long) nice * power) <= 9) {
                    return nice * power;
                }
            }
        }
    }

    private static boolean drawable(double value) {
        return Double.isFinite(value) && Math.abs(value) <= DRAWABLE;
    }

    private static double x(int epoch, int epochs) {
        double width = WIDTH - LEFT - RIGHT;
        return epochs == 1 ? LEFT + width / 2 : LEFT + 10 + (width - 20) * epoch / (epochs - 1);
    }

    private static double y(double value, double bottom, double top) {
        return HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM);
    }

    private static void dot(Html html, String kind, double x, double y, double radius) throws IOException {
        html.empty("circle", "class", kind, "cx", Text.coordinate(x), "cy", Text.coordinate(y), "r", Text.coordinate(radius));
    }

    private static void label(Html html, String kind, double x, double y, String text) throws IOException {
        html.element("text", text, "class", kind, "x", Text.coordinate(x), "y", Text.coordinate(y));
    }
}
