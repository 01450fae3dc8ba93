package dev.truepipe.examples.streetcars.detector;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small convolutional network that marks objects by their centres.
 *
 * <p>{@link Features} (one cell = 4 working pixels) → 3 × 3 → every 2 × 2 cells become one (8 pixels) → 3 × 3, three
 * times, ever wider → two answers per cell: for each class, how sure it is that an object's centre lies here; and where
 * exactly that centre is and how large the object. The idea is that of "Objects as points", at toy size.
 *
 * @see <a href="https://arxiv.org/abs/1904.07850">Zhou, Wang and Krähenbühl, Objects as Points</a>
 */
final class Network {
    /** Working pixels per answering cell. */
    static final int STRIDE = 8;
    static final int MOST_CLASSES = 1_000;
    private static final int FINE = 12;
    private static final int WIDE = 24;
    /** The first answer everywhere is "hardly": one cell in a hundred holds a centre. */
    private static final float UNSURE = -4.6f;
    /** Sizes are learned as logarithms of size ÷ this many working pixels. */
    private static final double UNIT = 32;

    private final SplittableRandom random;
    private final Convolution fine;
    private final Convolution halve;
    private final List<Convolution> body;
    private final Convolution centres;
    private final Convolution shapes;
    private int steps;

    Network(SplittableRandom random) {
        this.random = random;
        fine = new Convolution(Features.CHANNELS, FINE, 3, 1, 1, random);
        halve = new Convolution(4 * FINE, WIDE, 1, 1, 1, random);
        body = List.of(new Convolution(WIDE, WIDE, 3, 1, 1, random), new Convolution(WIDE, WIDE, 3, 2, 1, random),
                new Convolution(WIDE, WIDE, 3, 3, 1, random));
        centres = new Convolution(WIDE, 0, 1, 1, 0.1, random);
        shapes = new Convolution(WIDE, 4, 1, 1, 0.1, random);
    }

    int classes() {
        return centres.outputs();
    }

    void addClass() {
        centres.grow(0.1, UNSURE, random);
    }

    /** What the network says of one picture: sureness as logits per class, and dx, dy, log width, log height. */
    record Answer(Planes centres, Planes shapes) {}

    private record Trace(Planes fine, Planes halved, List<Planes> body, Answer answer) {}

    Answer answer(Planes features) {
        return trace(features).answer();
    }

    private Trace trace(Planes features) {
        Planes x = rectify(fine.forward(features));
        Planes first = x;
        x = rectify(halve.forward(fold(x)));
        Planes halved = x;
        List<Planes> outs = new ArrayList<>();
        for (Convolution layer : body) {
            Planes y = rectify(layer.forward(x));
            add(y, x);
            outs.add(y);
            x = y;
        }
        return new Trace(first, halved, outs, new Answer(centres.forward(x), shapes.forward(x)));
    }

    /** A box in working pixels: its centre, its size, and which answer belongs to its class. */
    record Target(int index, double x, double y, double width, double height) {}

    /** Adds one picture's gradient; returns its loss. */
    float learn(Planes features, List<Target> targets) {
        Trace trace = trace(features);
        Answer answer = trace.answer();
        int w = answer.shapes().width();
        int h = answer.shapes().height();
        float[][] heat = new float[classes()][w * h];
        Target[] owner = new Target[w * h];
        float[] ownership = new float[w * h];
        for (Target t : targets) {
            mark(t, heat[t.index()], owner, ownership, w, h);
        }
        float weight = 1f / Math.max(1, targets.size());
        float loss = 0;
        Planes dCentres = new Planes(classes(), w, h);
        for (int c = 0; c < classes(); c++) {
            for (int i = 0; i < w * h; i++) {
                float p = Math.clamp(sigmoid(answer.centres().at()[c][i]), 1e-4f, 1 - 1e-4f);
                float t = heat[c][i];
                // Focal loss, and its slope towards the logit.
                if (t == 1) {
                    loss -= weight * (1 - p) * (1 - p) * (float) Math.log(p);
                    dCentres.at()[c][i] = weight * (2 * p * (1 - p) * (1 - p) * (float) Math.log(p) - (1 - p) * (1 - p) * (1 - p));
                } else {
                    float calm = (1 - t) * (1 - t) * (1 - t) * (1 - t);
                    loss -= weight * calm * p * p * (float) Math.log(1 - p);
                    dCentres.at()[c][i] = weight * calm * (p * p * p - 2 * p * p * (1 - p) * (float) Math.log(1 - p));
                }
            }
        }
        Planes dShapes = new Planes(4, w, h);
        for (int i = 0; i < w * h; i++) {
            Target t = owner[i];
            if (t == null) {
                continue;
            }
            double[] truth = {t.x() / STRIDE - (i % w + 0.5), t.y() / STRIDE - (i / w + 0.5), Math.log(t.width() / UNIT),
                Math.log(t.height() / UNIT)};
            for (int k = 0; k < 4; k++) {
                float error = (float) (answer.shapes().at()[k][i] - truth[k]);
                float share = weight * ownership[i] * (k < 2 ? 0.5f : 1f);
                float away = Math.abs(error);
                loss += share * (away < 0.1f ? 5 * error * error : away - 0.05f);
                dShapes.at()[k][i] = share * Math.clamp(10 * error, -1f, 1f);
            }
        }
        backward(trace, dCentres, dShapes);
        return loss;
    }

    /** A bump of sureness round the centre, as wide as the object; near its top the cell also learns the shape. */
    private static void mark(Target t, float[] heat, Target[] owner, float[] ownership, int w, int h) {
        double cx = Math.clamp(t.x() / STRIDE, 0, w - 1e-6);
        double cy = Math.clamp(t.y() / STRIDE, 0, h - 1e-6);
        double sx = Math.max(0.4, t.width() / STRIDE / 7);
        double sy = Math.max(0.4, t.height() / STRIDE / 7);
        int x0 = (int) cx;
        int y0 = (int) cy;
        for (int y = Math.max(0, (int) (cy - 3 * sy)); y <= Math.min(h - 1, (int) (cy + 3 * sy)); y++) {
            for (int x = Math.max(0, (int) (cx - 3 * sx)); x <= Math.min(w - 1, (int) (cx + 3 * sx)); x++) {
                double u = (x + 0.5 - cx) / sx;
                double v = (y + 0.5 - cy) / sy;
                boolean centre = x == x0 && y == y0;
                float bump = centre ? 1 : (float) Math.min(0.99, Math.exp(-(u * u + v * v) / 2));
                int i = y * w + x;
                heat[i] = Math.max(heat[i], bump);
                if (bump > 0.35 && bump > ownership[i]) {
                    owner[i] = t;
                    ownership[i] = bump;
                }
            }
        }
    }

    private void backward(Trace trace, Planes dCentres, Planes dShapes) {
        Planes d = shapes.backward(dShapes, true);
        add(d, centres.backward(dCentres, true));
        for (int i = body.size() - 1; i >= 0; i--) {
            Planes before = i == 0 ? trace.halved() : trace.body().get(i - 1);
            // The layer's own output is what it added to its input.
            Planes inner = new Planes(d.channels(), d.width(), d.height());
            for (int c = 0; c < d.channels(); c++) {
                for (int j = 0; j < d.at()[c].length; j++) {
                    inner.at()[c][j] = trace.body().get(i).at()[c][j] > before.at()[c][j] ? d.at()[c][j] : 0;
                }
            }
            add(d, body.get(i).backward(inner, true));
        }
        Planes d2 = unfold(halve.backward(onlyWhere(d, trace.halved()), true));
        fine.backward(onlyWhere(d2, trace.fine()), false);
    }

    /** Takes one step down all gradients added since the last. */
    void step(double rate) {
        steps++;
        for (Convolution layer : layers()) {
            layer.step((float) rate, steps);
        }
    }

    /** Moves {@code mean}, a slower copy of this network, a little towards this one. */
    void blendInto(Network mean) {
        float keep = Math.min(0.98f, (1 + steps) / (10f + steps));
        List<Convolution> mine = layers();
        List<Convolution> theirs = mean.layers();
        for (int i = 0; i < mine.size(); i++) {
            mine.get(i).blendInto(theirs.get(i), keep);
        }
    }

    void write(DataOutputStream out) throws IOException {
        for (Convolution layer : layers()) {
            layer.write(out);
        }
    }

    void read(DataInputStream in) throws IOException {
        for (Convolution layer : layers()) {
            layer.read(in);
        }
    }

    static double size(float logarithm) {
        return UNIT * Math.exp(Math.clamp(logarithm, -6f, 3f));
    }

    static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    private List<Convolution> layers() {
        return List.of(fine, halve, body.get(0), body.get(1), body.get(2), centres, shapes);
    }

    private static Planes rectify(Planes x) {
        for (float[] row : x.at()) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Math.max(0, row[i]);
            }
        }
        return x;
    }

    private static Planes onlyWhere(Planes d, Planes positive) {
        for (int c = 0; c < d.channels(); c++) {
            float[] row = d.at()[c];
            float[] y = positive.at()[c];
            for (int i = 0; i < row.length; i++) {
                row[i] = y[i] > 0 ? row[i] : 0;
            }
        }
        return d;
    }

    private static void add(Planes to, Planes from) {
        for (int c = 0; c < to.channels(); c++) {
            float[] a = to.at()[c];
            float[] b = from.at()[c];
            for (int i = 0; i < a.length; i++) {
                a[i] += b[i];
            }
        }
    }

    /** Each 2 × 2 cells become one cell with four times the channels. */
    private static Planes fold(Planes x) {
        Planes y = new Planes(4 * x.channels(), x.width() / 2, x.height() / 2);
        move(x, y, true);
        return y;
    }

    private static Planes unfold(Planes y) {
        Planes x = new Planes(y.channels() / 4, y.width() * 2, y.height() * 2);
        move(x, y, false);
        return x;
    }

    private static void move(Planes large, Planes small, boolean down) {
        int w = small.width();
        for (int c = 0; c < small.channels(); c++) {
            float[] wide = large.at()[c / 4];
            float[] narrow = small.at()[c];
            int corner = c % 4 / 2 * large.width() + c % 2;
            for (int y = 0; y < small.height(); y++) {
                for (int x = 0; x < w; x++) {
                    int there = 2 * y * large.width() + 2 * x + corner;
                    if (down) {
                        narrow[y * w + x] = wide[there];
                    } else {
                        wide[there] = narrow[y * w + x];
                    }
                }
            }
        }
    }
}
