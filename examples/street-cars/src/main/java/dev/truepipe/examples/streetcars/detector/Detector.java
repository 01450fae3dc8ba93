package dev.truepipe.examples.streetcars.detector;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Finds objects in pictures, and learns to from labeled ones. Any number of classes up to 1,000: each
 * {@code class_id} gets its own answer when it is first met, so ids need not be consecutive.
 *
 * <p>Not thread-safe, except that {@link #save} may be called while another thread learns.
 *
 * <p>Model file, big-endian: the 8 bytes {@code TPCARS1\n}; number of classes and each class id as 32-bit integers;
 * then seven layers, each inputs, outputs, kernel side and dilation as 32-bit integers, then for each output its
 * weights (input by input, row by row) and its bias as 32-bit floats.
 */
public final class Detector {
    /** Name of the file in the model folder. */
    public static final String FILE = "detector.bin";
    private static final byte[] MAGIC = {'T', 'P', 'C', 'A', 'R', 'S', '1', '\n'};
    private static final double LEAST_CONFIDENCE = 0.05;
    private static final double SAME_OBJECT = 0.5;
    private static final int MOST_PREDICTIONS = 100;

    private final Network network;
    /** The average of recent networks: what predicts and is saved; steadier than the one that learns. */
    private final Network mean;
    private final List<Integer> classIds = new ArrayList<>();
    private final SplittableRandom random;
    private int waiting;

    /** @param seed of the first weights and of which pictures are mirrored; one seed, one model */
    public Detector(long seed) {
        random = new SplittableRandom(seed);
        SplittableRandom weights = random.split();
        network = new Network(weights);
        mean = new Network(weights);
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @param file {@value #FILE}, or the folder that holds it
     * @throws IOException if the file is absent or no model of this format
     */
    public static Detector load(Path file) throws IOException {
        Path model = Files.isDirectory(file) ? file.resolve(FILE) : file;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(model)))) {
            byte[] magic = in.readNBytes(MAGIC.length);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new IOException(model + ": not a street-cars model (its first 8 bytes are not TPCARS1); give the file "
                        + FILE + " from the unpacked model.tar.gz");
            }
            Detector detector = new Detector(0);
            int classes = in.readInt();
            if (classes < 0 || classes > Network.MOST_CLASSES) {
                throw new IOException(model + ": " + classes + " classes, at most " + Network.MOST_CLASSES + " are possible");
            }
            for (int i = 0; i < classes; i++) {
                detector.index(in.readInt());
            }
            detector.mean.read(in);
            return detector;
        } catch (EOFException e) {
            throw new IOException(model + ": the model ends too early; it was cut off", e);
        }
    }

    /**
     * Writes {@value #FILE} into the folder; an older one is replaced at once, never half.
     *
     * @param folder made when absent
     * @throws IOException if the folder cannot be written
     */
    public synchronized void save(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path draft = folder.resolve(FILE + ".draft");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(draft)))) {
            out.write(MAGIC);
            out.writeInt(classIds.size());
            for (int id : classIds) {
                out.writeInt(id);
            }
            mean.write(out);
        }
        Files.move(draft, folder.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Class ids met so far, in the order of their answers. */
    public synchronized List<Integer> classIds() {
        return List.copyOf(classIds);
    }

    /** @param jpeg one picture; huge ones are read at a fraction of their size */
    public List<Prediction> detect(byte[] jpeg) throws IOException {
        return detect(Picture.decode(jpeg));
    }

    List<Prediction> detect(Picture picture) {
        Network.Answer answer = mean.answer(Features.of(picture, false));
        int w = answer.shapes().width();
        int h = answer.shapes().height();
        List<Prediction> all = new ArrayList<>();
        float least = (float) Math.log(LEAST_CONFIDENCE / (1 - LEAST_CONFIDENCE));
        for (int c = 0; c < classIds.size(); c++) {
            float[] logits = answer.centres().at()[c];
            for (int i = 0; i < w * h; i++) {
                if (logits[i] > least && isPeak(logits, i % w, i / w, w, h)) {
                    float[][] shape = answer.shapes().at();
                    double width = Network.size(shape[2][i]);
                    double height = Network.size(shape[3][i]);
                    double left = (i % w + 0.5 + shape[0][i]) * Network.STRIDE - width / 2;
                    double top = (i / w + 0.5 + shape[1][i]) * Network.STRIDE - height / 2;
                    Box box = within(picture, classIds.get(c), left, top, left + width, top + height);
                    if (box.width() > 0 && box.height() > 0) {
                        all.add(new Prediction(box, Network.sigmoid(logits[i])));
                    }
                }
            }
        }
        all.sort(Comparator.comparingDouble(Prediction::confidence).reversed());
        List<Prediction> kept = new ArrayList<>();
        for (Prediction p : all) {
            if (kept.size() < MOST_PREDICTIONS && kept.stream().noneMatch(k -> k.box().classId() == p.box().classId()
                    && k.box().overlap(p.box()) > SAME_OBJECT)) {
                kept.add(p);
            }
        }
        return kept;
    }

    private static boolean isPeak(float[] logits, int x, int y, int w, int h) {
        float here = logits[y * w + x];
        for (int v = Math.max(0, y - 1); v <= Math.min(h - 1, y + 1); v++) {
            for (int u = Math.max(0, x - 1); u <= Math.min(w - 1, x + 1); u++) {
                if (logits[v * w + u] > here) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Box within(Picture picture, int classId, double left, double top, double right, double bottom) {
        double l = Math.clamp(left, 0, picture.width()) / picture.scaleX();
        double t = Math.clamp(top, 0, picture.height()) / picture.scaleY();
        double r = Math.clamp(right, 0, picture.width()) / picture.scaleX();
        double b = Math.clamp(bottom, 0, picture.height()) / picture.scaleY();
        return new Box(classId, l, t, r - l, b - t);
    }

    /**
     * Learns from one picture; half of the time from its mirror image.
     *
     * @param boxes in the picture's own pixels; none is a lesson too
     * @param rate how far to step
     * @param batch how many pictures make a step
     * @return the loss before learning
     * @throws IllegalArgumentException if there are more than 1,000 classes
     */
    synchronized float learn(Picture picture, List<Box> boxes, double rate, int batch) {
        boolean mirrored = random.nextBoolean();
        List<Network.Target> targets = new ArrayList<>();
        for (Box box : boxes) {
            double x = (box.left() + box.width() / 2) * picture.scaleX();
            double y = (box.top() + box.height() / 2) * picture.scaleY();
            double width = Math.max(1, box.width() * picture.scaleX());
            double height = Math.max(1, box.height() * picture.scaleY());
            targets.add(new Network.Target(index(box.classId()), mirrored ? picture.width() - x : x, y, width, height));
        }
        float loss = network.learn(Features.of(picture, mirrored), targets);
        if (++waiting >= batch) {
            step(rate);
        }
        return loss;
    }

    /** Takes the step that waits for a full batch, if pictures wait. */
    synchronized void finishBatch(double rate) {
        if (waiting > 0) {
            step(rate);
        }
    }

    private void step(double rate) {
        network.step(rate);
        network.blendInto(mean);
        waiting = 0;
    }

    private int index(int classId) {
        int index = classIds.indexOf(classId);
        if (index >= 0) {
            return index;
        }
        if (classIds.size() == Network.MOST_CLASSES) {
            throw new IllegalArgumentException("more than " + Network.MOST_CLASSES + " classes; merge some");
        }
        network.addClass();
        mean.addClass();
        classIds.add(classId);
        return classIds.size() - 1;
    }
}
