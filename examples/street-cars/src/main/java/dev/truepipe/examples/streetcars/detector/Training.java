package dev.truepipe.examples.streetcars.detector;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One training job in a container's folder: reads the channels epoch by epoch, learns, measures, leaves a model and
 * sample predictions.
 *
 * <p>Every epoch is read from its pipe in full; a picture met before is recognised by its SHA-256 and not decoded again
 * while its working size fits into {@value #SHELF_BYTES} bytes with the others.
 */
final class Training {
    private static final int SHELF_BYTES = 48 << 20;

    private final Path root;
    private final PrintStream log;
    private final Hyperparameters asked;
    private final Detector detector;
    private final Map<String, Picture> shelf = new HashMap<>();
    private int shelved;
    private volatile int finishedEpochs;

    /**
     * @param root {@code /opt/ml}, or what stands for it
     * @param log where the metric lines go
     */
    Training(Path root, PrintStream log) throws IOException {
        this.root = root;
        this.log = log;
        asked = Hyperparameters.read(root.resolve("input/config/hyperparameters.json"));
        detector = new Detector(asked.seed());
    }

    /** Saves the model as it is now; may be called from another thread. */
    int save() throws IOException {
        detector.save(root.resolve("model"));
        return finishedEpochs;
    }

    /** @throws IOException if a channel is empty or broken, or the folders cannot be written */
    void run() throws IOException, InterruptedException {
        Object channels = Json.read(Files.readString(root.resolve("input/config/inputdataconfig.json"), StandardCharsets.UTF_8));
        if (!(channels instanceof Map<?, ?> names) || !names.containsKey("train")) {
            throw new IOException("inputdataconfig.json has no channel \"train\"; name the training channel so");
        }
        Channel train = channel("train");
        Channel validation = names.containsKey("validation") ? channel("validation") : null;
        int pictures = asked.samples();
        SamplePredictions samples = null;
        for (int epoch = 0; epoch < asked.epochs(); epoch++) {
            long began = System.nanoTime();
            Epoch now = new Epoch(epoch, pictures);
            pictures = train.read(epoch, now);
            if (pictures == 0) {
                throw new IOException("train_" + epoch + " is empty; there is nothing to learn from");
            }
            detector.finishBatch(now.rate());
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "epoch %d of %d: %d pictures, %d boxes, train:loss=%.4f",
                    epoch + 1, asked.epochs(), pictures, now.boxes, now.loss / pictures));
            if (validation != null) {
                AveragePrecision precision = new AveragePrecision();
                SamplePredictions taken = new SamplePredictions();
                int heldOut = validation.read(epoch, (jpeg, boxes) -> {
                    Picture picture = picture(jpeg);
                    List<Prediction> predicted = detector.detect(picture);
                    precision.add(boxes, predicted);
                    taken.offer(jpeg, picture, boxes, predicted);
                });
                if (heldOut == 0) {
                    throw new IOException("validation_" + epoch + " is empty; hold some pictures out, or leave the channel away");
                }
                samples = taken;
                line.append(String.format(Locale.ROOT, ", validation:mAP=%.4f (%d held out%s)", precision.mean(), heldOut,
                        precision.boxes() == 0 ? ", none with a box" : ""));
            }
            line.append(String.format(Locale.ROOT, ", %.1f s", (System.nanoTime() - began) / 1e9));
            log.println(line);
            finishedEpochs = epoch + 1;
        }
        save();
        if (samples != null) {
            samples.write(root.resolve("output/data"), detector.classIds());
        }
        log.println("model saved");
    }

    private Channel channel(String name) {
        return new Channel(root.resolve("input/data"), name, Duration.ofSeconds(asked.pipeWaitSeconds()));
    }

    /** The learning side of one epoch. */
    private final class Epoch implements Channel.Visitor {
        private final int epoch;
        private final int expected;
        private int seen;
        private int boxes;
        private double loss;

        /** @param expected pictures in the epoch, 0 when unknown */
        Epoch(int epoch, int expected) {
            this.epoch = epoch;
            this.expected = expected;
        }

        double rate() {
            double share = expected > 0 ? Math.min(1, seen / (double) expected) : seen / (seen + 100.0);
            return asked.rateAt((epoch + share) / asked.epochs(), epoch == 0 ? seen : Integer.MAX_VALUE - 1);
        }

        @Override
        public void visit(byte[] jpeg, List<Box> labeled) throws IOException {
            Picture picture = picture(jpeg);
            loss += detector.learn(picture, labeled, rate(), asked.batchFor(expected));
            seen++;
            boxes += labeled.size();
            if (asked.classes() > 0 && detector.classIds().size() > asked.classes()) {
                throw new IllegalArgumentException("class ids " + detector.classIds() + " are more than num_classes = "
                        + asked.classes() + "; raise the hyperparameter or mend the labels");
            }
        }
    }

    private Picture picture(byte[] jpeg) throws IOException {
        String name;
        try {
            name = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jpeg));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        Picture known = shelf.get(name);
        if (known != null) {
            return known;
        }
        Picture picture = Picture.decode(jpeg);
        if (shelved + picture.rgb().length <= SHELF_BYTES) {
            shelf.put(name, picture);
            shelved += picture.rgb().length;
        }
        return picture;
    }
}
