package dev.truepipe.examples.streetcars.detector;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A convolution with stride 1 and zero padding, and how to learn it (back-propagation, Adam).
 *
 * <p>All three products (output, gradient of weights, gradient of input) are sums of scaled rows, {@link #combine}: one
 * plain loop over arrays, which the JVM's compiler turns into vector instructions. Additions keep one order, so the
 * same input gives the same bits everywhere.
 */
final class Convolution {
    private final int inputs;
    private final int kernel;
    private final int dilation;
    private float[][] weights;
    private float[] biases;
    private float[][] weightSteps;
    private float[] biasSteps;
    private Adam[] memory;
    private Adam biasMemory;
    private Planes seen;
    private float[][] taps;

    /** Running mean of a gradient and of its square, per weight. */
    private record Adam(float[] mean, float[] square) {
        Adam(int length) {
            this(new float[length], new float[length]);
        }

        /** @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba, Adam</a> */
        void step(float[] weights, float[] steps, float rate, float meanFix, float squareFix) {
            for (int i = 0; i < weights.length; i++) {
                float g = steps[i];
                mean[i] = 0.9f * mean[i] + 0.1f * g;
                square[i] = 0.99f * square[i] + 0.01f * g * g;
                weights[i] -= rate * (mean[i] * meanFix) / ((float) Math.sqrt(square[i] * squareFix) + 1e-6f);
                steps[i] = 0;
            }
        }
    }

    /**
     * @param kernel side of the square window, odd
     * @param dilation distance of the window's cells
     * @param spread of the first weights: 1 suits a layer followed by a rectifier
     */
    Convolution(int inputs, int outputs, int kernel, int dilation, double spread, SplittableRandom random) {
        this.inputs = inputs;
        this.kernel = kernel;
        this.dilation = dilation;
        weights = new float[outputs][];
        biases = new float[outputs];
        double scale = spread * Math.sqrt(2.0 / (inputs * kernel * kernel));
        for (int o = 0; o < outputs; o++) {
            weights[o] = randomRow(scale, random);
        }
        restart();
    }

    private float[] randomRow(double scale, SplittableRandom random) {
        float[] row = new float[inputs * kernel * kernel];
        for (int i = 0; i < row.length; i++) {
            // Twelve uniform numbers: nearly normal, and the same on every machine.
            double sum = -6;
            for (int k = 0; k < 12; k++) {
                sum += random.nextDouble();
            }
            row[i] = (float) (sum * scale);
        }
        return row;
    }

    private void restart() {
        weightSteps = new float[weights.length][inputs * kernel * kernel];
        biasSteps = new float[weights.length];
        memory = new Adam[weights.length];
        Arrays.setAll(memory, o -> new Adam(inputs * kernel * kernel));
        biasMemory = new Adam(weights.length);
    }

    int outputs() {
        return weights.length;
    }

    void biases(float bias) {
        Arrays.fill(biases, bias);
    }

    /** One more output, with small random weights; what was learned stays, Adam's memory of it too. */
    void grow(double spread, float bias, SplittableRandom random) {
        append(randomRow(spread * Math.sqrt(2.0 / (inputs * kernel * kernel)), random), bias);
    }

    Planes forward(Planes x) {
        seen = x;
        taps = taps(x);
        Planes y = new Planes(weights.length, x.width(), x.height());
        for (int o = 0; o < weights.length; o++) {
            float[] out = y.at()[o];
            Arrays.fill(out, biases[o]);
            combine(out, weights[o], taps);
        }
        return y;
    }

    /**
     * Adds to the weights' gradient what the last {@link #forward} owes to {@code dy}.
     *
     * @param wanted whether the caller needs the result; a first layer does not
     * @return the gradient of that call's input, or null
     */
    Planes backward(Planes dy, boolean wanted) {
        int n = seen.width() * seen.height();
        int rows = inputs * kernel * kernel;
        float[][] cells = new float[n][rows];
        for (int from = 0; from < n; from += 64) {
            int to = Math.min(n, from + 64);
            for (int r = 0; r < rows; r++) {
                float[] tap = taps[r];
                for (int i = from; i < to; i++) {
                    cells[i][r] = tap[i];
                }
            }
        }
        for (int o = 0; o < weights.length; o++) {
            combine(weightSteps[o], dy.at()[o], cells);
            float sum = 0;
            for (float d : dy.at()[o]) {
                sum += d;
            }
            biasSteps[o] += sum;
        }
        if (!wanted) {
            return null;
        }
        Planes dx = new Planes(inputs, seen.width(), seen.height());
        float[] column = new float[weights.length];
        float[] dTap = new float[n];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < weights.length; o++) {
                column[o] = weights[o][r];
            }
            Arrays.fill(dTap, 0);
            combine(dTap, column, dy.at());
            scatter(dTap, dx.at()[r / (kernel * kernel)], r % (kernel * kernel), seen.width(), seen.height());
        }
        return dx;
    }

    void step(float rate, int step) {
        float meanFix = (float) (1 / (1 - Math.pow(0.9, step)));
        float squareFix = (float) (1 / (1 - Math.pow(0.99, step)));
        for (int o = 0; o < weights.length; o++) {
            memory[o].step(weights[o], weightSteps[o], rate, meanFix, squareFix);
        }
        biasMemory.step(biases, biasSteps, rate, meanFix, squareFix);
    }

    /** Moves towards {@code target} a copy that forgets slowly: {@code copy = keep × copy + (1 − keep) × this}. */
    void blendInto(Convolution copy, float keep) {
        while (copy.weights.length < weights.length) {
            copy.append(weights[copy.weights.length].clone(), biases[copy.weights.length]);
        }
        for (int o = 0; o < weights.length; o++) {
            float[] mine = weights[o];
            float[] theirs = copy.weights[o];
            for (int i = 0; i < mine.length; i++) {
                theirs[i] = keep * theirs[i] + (1 - keep) * mine[i];
            }
            copy.biases[o] = keep * copy.biases[o] + (1 - keep) * biases[o];
        }
    }

    void write(DataOutputStream out) throws IOException {
        for (int n : new int[] {inputs, weights.length, kernel, dilation}) {
            out.writeInt(n);
        }
        for (int o = 0; o < weights.length; o++) {
            for (float w : weights[o]) {
                out.writeFloat(w);
            }
            out.writeFloat(biases[o]);
        }
    }

    /** @throws IOException if the stream ends early or the layer is not of the expected shape */
    void read(DataInputStream in) throws IOException {
        int[] shape = {in.readInt(), in.readInt(), in.readInt(), in.readInt()};
        if (shape[0] != inputs || shape[1] < 0 || shape[1] > Network.MOST_CLASSES || shape[2] != kernel || shape[3] != dilation) {
            throw new IOException("a layer has shape " + Arrays.toString(shape) + ", expected " + inputs
                    + " inputs, kernel " + kernel + ", dilation " + dilation);
        }
        weights = new float[shape[1]][inputs * kernel * kernel];
        biases = new float[shape[1]];
        for (int o = 0; o < weights.length; o++) {
            for (int i = 0; i < weights[o].length; i++) {
                weights[o][i] = in.readFloat();
            }
            biases[o] = in.readFloat();
        }
        restart();
    }

    /** One row for each input channel and window cell: the channel, shifted so that the window cell lies under the output. */
    private float[][] taps(Planes x) {
        if (kernel == 1) {
            return x.at();
        }
        int window = kernel * kernel;
        float[][] rows = new float[inputs * window][x.width() * x.height()];
        for (int r = 0; r < rows.length; r++) {
            int dx = (r % kernel - kernel / 2) * dilation;
            int dy = (r % window / kernel - kernel / 2) * dilation;
            int left = Math.max(0, -dx);
            int length = Math.min(x.width(), x.width() - dx) - left;
            for (int y = Math.max(0, -dy); y < Math.min(x.height(), x.height() - dy) && length > 0; y++) {
                System.arraycopy(x.at()[r / window], (y + dy) * x.width() + left + dx, rows[r], y * x.width() + left, length);
            }
        }
        return rows;
    }

    /** The reverse of {@link #taps}: adds one shifted row back to its channel. */
    private void scatter(float[] row, float[] channel, int cell, int width, int height) {
        int dx = (cell % kernel - kernel / 2) * dilation;
        int dy = (cell / kernel - kernel / 2) * dilation;
        int left = Math.max(0, -dx);
        int right = Math.min(width, width - dx);
        for (int y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
            int shift = dy * width + dx;
            for (int i = y * width + left; i < y * width + right; i++) {
                channel[i + shift] += row[i];
            }
        }
    }

    /** {@code out[i] += Σ factors[k] × rows[k][i]}, eight rows at a time. */
    static void combine(float[] out, float[] factors, float[][] rows) {
        int k = 0;
        for (; k + 8 <= rows.length; k += 8) {
            eight(out, rows[k], rows[k + 1], rows[k + 2], rows[k + 3], rows[k + 4], rows[k + 5], rows[k + 6], rows[k + 7],
                    factors[k], factors[k + 1], factors[k + 2], factors[k + 3], factors[k + 4], factors[k + 5],
                    factors[k + 6], factors[k + 7]);
        }
        for (; k < rows.length; k++) {
            one(out, rows[k], factors[k]);
        }
    }

    private static void eight(float[] out, float[] a, float[] b, float[] c, float[] d, float[] e, float[] f, float[] g, float[] h,
            float fa, float fb, float fc, float fd, float fe, float ff, float fg, float fh) {
        if (fa == 0 && fb == 0 && fc == 0 && fd == 0 && fe == 0 && ff == 0 && fg == 0 && fh == 0) {
            return;
        }
        for (int i = 0; i < out.length; i++) {
            out[i] += fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i] + fe * e[i] + ff * f[i] + fg * g[i] + fh * h[i];
        }
    }

    private static void one(float[] out, float[] row, float factor) {
        for (int i = 0; i < out.length; i++) {
            out[i] += factor * row[i];
        }
    }

    private void append(float[] row, float bias) {
        int n = weights.length;
        weights = Arrays.copyOf(weights, n + 1);
        weights[n] = row;
        biases = Arrays.copyOf(biases, n + 1);
        biases[n] = bias;
        weightSteps = Arrays.copyOf(weightSteps, n + 1);
        weightSteps[n] = new float[row.length];
        biasSteps = Arrays.copyOf(biasSteps, n + 1);
        memory = Arrays.copyOf(memory, n + 1);
        memory[n] = new Adam(row.length);
        biasMemory = new Adam(Arrays.copyOf(biasMemory.mean(), n + 1), Arrays.copyOf(biasMemory.square(), n + 1));
    }
}
