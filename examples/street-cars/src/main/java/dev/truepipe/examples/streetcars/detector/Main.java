package dev.truepipe.examples.streetcars.detector;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;

/**
 * The container's entry: {@code train}, as SageMaker starts it; and {@code draw MODEL PICTURE OUT} to see a model's
 * predictions.
 *
 * <p>{@code train} works in {@code /opt/ml}, or in the folder that the environment variable {@code TRUEPIPE_ROOT}
 * names. It exits 0 with a model in {@code model/}, or 1 with the reason in {@code output/failure}. On SIGTERM (the job
 * is being stopped) it saves the model as it is then, and ends.
 */
public final class Main {
    private static final int FAILURE_CHARACTERS = 1_024;
    private static final double WORTH_DRAWING = 0.3;

    private Main() {}

    /** Exits 0 when all is well, 1 when the work failed, 2 when the arguments make no sense. */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        if (arguments.length == 1 && arguments[0].equals("train")) {
            String root = System.getenv("TRUEPIPE_ROOT");
            System.exit(train(Path.of(root == null || root.isEmpty() ? "/opt/ml" : root)));
        } else if (arguments.length == 4 && arguments[0].equals("draw")) {
            try {
                draw(Detector.load(Path.of(arguments[1])), Path.of(arguments[2]), Path.of(arguments[3]));
            } catch (IOException e) {
                System.err.println("draw: " + e);
                System.exit(1);
            }
        } else {
            System.err.println("usage: train | draw MODEL PICTURE OUT.png");
            System.exit(2);
        }
    }

    private static int train(Path root) {
        AtomicBoolean underWay = new AtomicBoolean(true);
        try {
            Training training = new Training(root, System.out);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopped(training, underWay), "stop"));
            training.run();
            underWay.set(false);
            return 0;
        } catch (Exception | OutOfMemoryError e) {
            underWay.set(false);
            boolean foreseen = e instanceof IOException || e instanceof IllegalArgumentException;
            if (!foreseen) {
                e.printStackTrace();
            }
            String reason = foreseen && e.getMessage() != null && !(e instanceof FileSystemException) ? e.getMessage() : e.toString();
            System.err.println("training failed: " + reason);
            try {
                Files.createDirectories(root.resolve("output"));
                Files.writeString(root.resolve("output/failure"),
                        reason.substring(0, Math.min(reason.length(), FAILURE_CHARACTERS)), StandardCharsets.UTF_8);
            } catch (IOException full) {
                System.err.println("and the reason could not be written to output/failure: " + full);
            }
            return 1;
        }
    }

    /** Also runs when the program ends by itself; then there is nothing to do. */
    private static void stopped(Training training, AtomicBoolean underWay) {
        if (!underWay.get()) {
            return;
        }
        try {
            int epochs = training.save();
            System.out.println("stopped; saved the model as it was after " + epochs + " whole epoch(s)");
        } catch (IOException e) {
            System.err.println("stopped, and the model could not be saved: " + e);
        }
    }

    /** Draws frames, the surer the thicker, and prints one line for each. */
    private static void draw(Detector detector, Path picture, Path out) throws IOException {
        byte[] bytes = Files.readAllBytes(picture);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
        if (image == null) {
            throw new IOException(picture + ": neither JPEG nor PNG");
        }
        BufferedImage canvas = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = canvas.createGraphics();
        g.drawImage(image, 0, 0, null);
        double unit = Math.max(1, Math.max(image.getWidth(), image.getHeight()) / 400.0);
        for (Prediction p : detector.detect(bytes)) {
            if (p.confidence() < WORTH_DRAWING) {
                continue;
            }
            Box box = p.box();
            System.out.println(String.format(Locale.ROOT, "class %d, %.2f sure: left %.1f, top %.1f, width %.1f, height %.1f",
                    box.classId(), p.confidence(), box.left(), box.top(), box.width(), box.height()));
            g.setColor(Color.getHSBColor((float) (0.14 + box.classId() * 0.618034 % 1), 1, 1));
            g.setStroke(new BasicStroke((float) (unit * (0.5 + 1.5 * p.confidence()))));
            g.draw(new Rectangle2D.Double(box.left(), box.top(), box.width(), box.height()));
        }
        g.dispose();
        String format = out.toString().toLowerCase(Locale.ROOT).endsWith(".png") ? "png" : "jpeg";
        if (!ImageIO.write(canvas, format, out.toFile())) {
            throw new IOException(out + ": cannot write a " + format);
        }
    }
}
