package dev.truepipe.report;

import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A picture with true boxes (solid) and predicted ones (dashed). A prediction finds a true box of its class where they
 * overlap by half or more (intersection over union), the most confident prediction first.
 */
final class SamplePicture {
    private static final double FOUND = 0.5;
    private static final int MAX_BOXES = 100;
    /** With more boxes than this, names would hide the picture: only confidences are written. */
    private static final int CROWD = 24;
    /** Width on the page that text sizes are made for, in CSS pixels. */
    private static final double SHOWN_WIDTH = 340;

    private record Area(double left, double top, double width, double height) {
        boolean meets(Area other) {
            return left < other.left + other.width && other.left < left + width
                    && top < other.top + other.height && other.top < top + height;
        }
    }

    private final Html html;
    private final Sample sample;
    private final double scale;
    private final List<Area> labels = new ArrayList<>();

    private SamplePicture(Html html, Sample sample) {
        this.html = html;
        this.sample = sample;
        this.scale = sample.width() / SHOWN_WIDTH;
    }

    static void write(Html html, Sample sample) throws IOException {
        new SamplePicture(html, sample).write();
    }

    private void write() throws IOException {
        List<Box> truth = drawable(sample.truth());
        List<Box> predicted = drawable(sample.predicted()).stream()
                .sorted(Comparator.comparingDouble((Box box) -> -confidence(box))).toList();
        boolean[] found = new boolean[truth.size()];
        boolean[] right = new boolean[predicted.size()];
        int hits = 0;
        for (int p = 0; p < predicted.size(); p++) {
            int match = match(predicted.get(p), truth, found);
            if (match >= 0) {
                found[match] = true;
                right[p] = true;
                hits++;
            }
        }
        int extra = predicted.size() - hits;
        String words = words(truth.size(), hits, extra);
        boolean crowd = truth.size() + predicted.size() > CROWD;

        html.open("figure", "class", "sample");
        if (sample.width() <= 0 || sample.height() <= 0) {
            html.element("p", "The size of this picture is not known, so nothing can be drawn.", "class", "notice");
        } else {
            html.open("svg", "role", "img", "viewBox", "0 0 " + sample.width() + " " + sample.height(),
                    "aria-label", Text.shortened(sample.file(), 120) + ": " + words);
            boolean shown = isJpeg(sample.jpeg()) && sample.jpeg().length <= ModelReport.MAX_JPEG_BYTES;
            if (shown) {
                html.trusted("\n<image width=\"" + sample.width() + "\" height=\"" + sample.height()
                        + "\" preserveAspectRatio=\"none\" href=\"data:image/jpeg;base64,"
                        + Base64.getEncoder().encodeToString(sample.jpeg()) + "\"/>");
            } else {
                html.empty("rect", "class", "absent", "width", "100%", "height", "100%");
            }
            for (Box box : truth) {
                box("true", box);
            }
            for (Box box : predicted) {
                box("predicted", box);
            }
            for (int p = 0; p < predicted.size(); p++) {
                Box box = predicted.get(p);
                String confidence = Double.isFinite(box.confidence()) ? String.format(Locale.ROOT, "%.2f", box.confidence()) : "";
                if (crowd && !confidence.isEmpty()) {
                    name("predicted", box, confidence);
                } else if (!crowd) {
                    name("predicted", box, ((right[p] ? "" : "extra: ") + Text.label(box.label(), 24) + " " + confidence).strip());
                }
            }
            for (int t = 0; t < truth.size(); t++) {
                if (!found[t] && !crowd) {
                    name("true", truth.get(t), "missed: " + Text.label(truth.get(t).label(), 24));
                }
            }
            html.close();
            if (!shown) {
                html.element("p", isJpeg(sample.jpeg())
                        ? "The picture is left out: " + Text.bytes(sample.jpeg().length) + " is more than "
                                + Text.bytes(ModelReport.MAX_JPEG_BYTES) + "."
                        : "The picture is left out: its file is not a JPEG.", "class", "quiet");
            }
        }
        html.open("figcaption");
        html.open("span", "class", "file").value(Text.shortened(sample.file(), 120)).close();
        html.element("span", words, "class", "quiet");
        html.close();
        if (crowd) {
            html.element("p", "A crowd: confidences are written, names are not.", "class", "quiet");
        }
        int left = sample.truth().size() + sample.predicted().size() - truth.size() - predicted.size();
        if (left > 0) {
            html.element("p", Text.count(left, "box is", "boxes are") + " not drawn: "
                    + "no usable coordinates, or beyond the first " + MAX_BOXES + ".", "class", "quiet");
        }
        html.close();
    }

    private static String words(int truth, int hits, int extra) {
        if (truth == 0) {
            return extra == 0 ? "No object, none claimed" : "No object, " + extra + " claimed";
        }
        return "Found " + hits + " of " + truth + (extra == 0 ? "" : ", " + extra + " extra");
    }

    private static double confidence(Box box) {
        return Double.isFinite(box.confidence()) ? box.confidence() : 0;
    }

    private static int match(Box predicted, List<Box> truth, boolean[] found) {
        int best = -1;
        double bestOverlap = FOUND;
        for (int t = 0; t < truth.size(); t++) {
            if (!found[t] && truth.get(t).label().equals(predicted.label())) {
                double overlap = overlap(predicted, truth.get(t));
                if (overlap >= bestOverlap) {
                    best = t;
                    bestOverlap = overlap;
                }
            }
        }
        return best;
    }

    private static double overlap(Box a, Box b) {
        double width = Math.min(a.left() + a.width(), b.left() + b.width()) - Math.max(a.left(), b.left());
        double height = Math.min(a.top() + a.height(), b.top() + b.height()) - Math.max(a.top(), b.top());
        if (width <= 0 || height <= 0) {
            return 0;
        }
        double both = width * height;
        return both / (a.width() * a.height() + b.width() * b.height() - both);
    }

    private static List<Box> drawable(List<Box> boxes) {
        return boxes.stream().filter(SamplePicture::drawable).limit(MAX_BOXES).toList();
    }

    private static boolean drawable(Box box) {
        return sane(box.left()) && sane(box.top()) && sane(box.width()) && sane(box.height())
                && box.width() > 0 && box.height() > 0;
    }

    private static boolean sane(double coordinate) {
        return Math.abs(coordinate) <= 1e6;
    }

    /** Twice: a dark line below keeps the light one visible on any picture. */
    private void box(String kind, Box box) throws IOException {
        for (String line : List.of("casing", "box")) {
            html.empty("rect", "class", line + " " + kind, "x", Text.coordinate(box.left()), "y", Text.coordinate(box.top()),
                    "width", Text.coordinate(box.width()), "height", Text.coordinate(box.height()));
        }
    }

    /** Above its box where there is room, else inside, below, or inside at the foot; never outside the picture. */
    private void name(String kind, Box box, String text) throws IOException {
        double size = 11.5 * scale;
        double width = Math.min(sample.width(), text.codePointCount(0, text.length()) * size * 0.62 + size * 0.7);
        double height = size * 1.35;
        double left = Math.clamp(box.left(), 0, sample.width() - width);
        double lowest = Math.max(0, sample.height() - height);
        Area area = null;
        for (double top : new double[] {
                box.top() - height - scale * 2, box.top() + box.height() + scale * 2,
                box.top() + scale * 2, box.top() + box.height() - height - scale * 2}) {
            Area candidate = new Area(left, Math.clamp(top, 0, lowest), width, height);
            if (area == null) {
                area = candidate;
            }
            if (top >= 0 && top <= lowest && labels.stream().noneMatch(candidate::meets)) {
                area = candidate;
                break;
            }
        }
        labels.add(area);
        html.empty("rect", "class", "plate " + kind, "x", Text.coordinate(area.left()), "y", Text.coordinate(area.top()),
                "width", Text.coordinate(width), "height", Text.coordinate(height), "rx", Text.coordinate(size * 0.2));
        html.element("text", text, "class", "plate-text " + kind, "x", Text.coordinate(area.left() + size * 0.35),
                "y", Text.coordinate(area.top() + size * 1.02), "font-size", Text.coordinate(size));
    }

    private static boolean isJpeg(byte[] file) {
        return file.length > 3 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8 && (file[2] & 0xff) == 0xff;
    }
}
