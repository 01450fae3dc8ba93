package dev.truepipe.examples.streetcars.detector;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One input channel in Pipe mode. Epoch n is the pipe {@code <channel>_<n>}, from 0; it may appear late, so a reader
 * waits for it. In it, picture and annotations come by turns, a RecordIO record each: the job's {@code AttributeNames}
 * order, which the container is not told and must know.
 */
final class Channel {
    private final Path folder;
    private final String name;
    private final Duration patience;

    /** What to do with one labeled picture. */
    interface Visitor {
        void visit(byte[] jpeg, List<Box> boxes) throws IOException;
    }

    /** A record that cannot be used; the message names channel, epoch and record. */
    static final class BadRecord extends IOException {
        private static final long serialVersionUID = 1;

        BadRecord(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** @param folder {@code input/data} */
    Channel(Path folder, String name, Duration patience) {
        this.folder = folder;
        this.name = name;
        this.patience = patience;
    }

    /**
     * Reads one epoch to its end.
     *
     * @return how many pictures came
     * @throws IOException if the pipe does not appear in time, or a record is bad
     */
    int read(int epoch, Visitor visitor) throws IOException, InterruptedException {
        Path pipe = folder.resolve(name + "_" + epoch);
        await(pipe);
        int record = 0;
        try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(pipe), 1 << 16)) {
            RecordReader reader = new RecordReader(in);
            while (true) {
                byte[] jpeg;
                byte[] annotations;
                try {
                    jpeg = reader.next();
                    if (jpeg == null) {
                        return record / 2;
                    }
                    record++;
                    annotations = reader.next();
                    if (annotations == null) {
                        throw new IOException("the pipe ends after a picture, without its annotations; records come in pairs,"
                                + " AttributeNames [\"source-ref\", \"<label>\"]");
                    }
                    record++;
                } catch (IOException e) {
                    throw new BadRecord(pipe.getFileName() + ", after record " + record + ": " + e.getMessage(), e);
                }
                try {
                    visitor.visit(jpeg, boxes(annotations));
                } catch (IOException e) {
                    throw new BadRecord(pipe.getFileName() + ", record " + (record - 1) + " (picture " + record / 2
                            + "): cannot read the picture: " + e.getMessage(), e);
                } catch (IllegalArgumentException e) {
                    throw new BadRecord(pipe.getFileName() + ", record " + record + " (annotations of picture " + record / 2
                            + "): " + e.getMessage(), e);
                }
            }
        }
    }

    private void await(Path pipe) throws IOException, InterruptedException {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            long end = System.nanoTime() + patience.toNanos();
            while (!Files.exists(pipe)) {
                long left = end - System.nanoTime();
                WatchKey key = left <= 0 ? null : watch.poll(left, TimeUnit.NANOSECONDS);
                if (key == null && !Files.exists(pipe)) {
                    throw new IOException("pipe " + pipe.getFileName() + " did not appear within " + patience.toSeconds()
                            + " s; are as many epochs streamed as the hyperparameter epochs asks for?");
                }
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
        }
    }

    /**
     * Boxes of {@code {"annotations":[{"class_id":0,"left":1,"top":2,"width":3,"height":4}, …]}}. One without any area
     * is left out: nothing can be learned from it.
     *
     * @throws IllegalArgumentException if the bytes are not that
     */
    static List<Box> boxes(byte[] annotations) {
        Object json = Json.read(new String(annotations, StandardCharsets.UTF_8));
        if (!(json instanceof Map<?, ?> label) || !(label.get("annotations") instanceof List<?> list)) {
            throw new IllegalArgumentException("no \"annotations\" array; is the second of AttributeNames a bounding box label?");
        }
        List<Box> boxes = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> box)) {
                throw new IllegalArgumentException("an annotation is not an object");
            }
            double id = number(box, "class_id");
            if (id != (int) id) {
                throw new IllegalArgumentException("class_id is " + box.get("class_id") + ", expected a whole number below 2^31");
            }
            double width = number(box, "width");
            double height = number(box, "height");
            if (width > 0 && height > 0) {
                boxes.add(new Box((int) id, number(box, "left"), number(box, "top"), width, height));
            }
        }
        return boxes;
    }

    private static double number(Map<?, ?> box, String name) {
        Object value = box.get(name);
        try {
            double number = value instanceof String s ? Double.parseDouble(s) : value instanceof Double d ? d : Double.NaN;
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("an annotation's " + name + " is " + value + ", expected a number");
    }
}
