package dev.truepipe.cli;

import dev.truepipe.examples.streetcars.scene.LabeledScenes;
import dev.truepipe.examples.streetcars.scene.SceneBox;
import dev.truepipe.examples.streetcars.scene.StandIn;
import dev.truepipe.examples.streetcars.scene.StreetScenes;
import dev.truepipe.json.Json;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * What a demo uploads: one manifest, and a picture for each object it names.
 *
 * @param manifest the manifest's bytes, decompressed
 * @param images pictures by address
 * @param buckets every bucket that the manifest's objects lie in
 * @param standIns whether the pictures are drawn from the boxes, not seen by whoever labeled them
 */
record DemoLabels(byte[] manifest, Map<S3Uri, Picture> images, SortedSet<String> buckets, boolean standIns) {

    /** Draws on demand: a manifest's stand-ins together may be larger than memory. */
    @FunctionalInterface
    interface Picture {
        byte[] jpeg();
    }

    /** Street scenes, labeled as Ground Truth would. */
    static DemoLabels streetScenes(long seed, int count, String label, String bucket) {
        LabeledScenes scenes = StreetScenes.generate(seed, count, label, bucket);
        Map<S3Uri, Picture> images = new LinkedHashMap<>();
        scenes.images().forEach(scene -> images.put(new S3Uri(bucket, scene.key()), scene::jpeg));
        return new DemoLabels(scenes.manifest(), images, new TreeSet<>(List.of(bucket)), false);
    }

    /**
     * A manifest of the user's own, with a stand-in for each image.
     *
     * <p>A line that cannot be read here is left to the workflow, which says what is wrong with it.
     */
    static DemoLabels ofManifest(Path file) throws IOException, UnreadableInput {
        requireReadable(file);
        byte[] manifest = read(file);
        Map<S3Uri, Picture> images = new LinkedHashMap<>();
        SortedSet<String> buckets = new TreeSet<>();
        int start = 0;
        for (int i = 0; i <= manifest.length; i++) {
            if (i == manifest.length || manifest[i] == '\n') {
                take(Arrays.copyOfRange(manifest, start, i), images, buckets);
                start = i + 1;
            }
        }
        return new DemoLabels(manifest, images, buckets, true);
    }

    /** @throws UnreadableInput if there is no file that could be read */
    static void requireReadable(Path file) throws UnreadableInput {
        if (Files.isDirectory(file)) {
            throw new UnreadableInput(file.toString(), "is a folder, not a manifest", "name the output.manifest in it");
        }
        if (!Files.isReadable(file)) {
            throw new UnreadableInput(file.toString(), Files.exists(file) ? "cannot be read" : "does not exist", "check the path");
        }
    }

    /** Whole, as it is uploaded whole; decompressed if it begins as gzip does. */
    private static byte[] read(Path file) throws IOException, UnreadableInput {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < 2 || (bytes[0] & 0xff) != 0x1f || (bytes[1] & 0xff) != 0x8b) {
            return bytes;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UnreadableInput(file.toString(), "begins as gzip does, but does not decompress: " + e.getMessage(), "compress it again");
        }
    }

    private static void take(byte[] line, Map<S3Uri, Picture> images, SortedSet<String> buckets) {
        Object object;
        try {
            object = Json.parse(line);
        } catch (IOException e) {
            // Not JSON: the scan has better words for it, and keeps the line.
            return;
        }
        if (!(object instanceof Map<?, ?> attributes)
                || !(attributes.get("source-ref") instanceof String address)
                || !address.matches("s3://[^/]+/.+")) {
            return;
        }
        S3Uri image = S3Uri.parse(address);
        buckets.add(image.bucket());
        for (Object value : attributes.values()) {
            int[] size = value instanceof Map<?, ?> label ? size(label.get("image_size")) : null;
            if (size != null) {
                List<SceneBox> boxes = boxes(((Map<?, ?>) value).get("annotations"));
                images.put(image, () -> StandIn.draw(size[0], size[1], boxes, image.key().hashCode()));
            }
        }
    }

    /** Width and height in pixels; {@code null} if the value does not say, or says what no picture has. */
    private static int[] size(Object value) {
        Object first = value instanceof List<?> list && !list.isEmpty() ? list.getFirst() : value;
        if (first instanceof Map<?, ?> size
                && size.get("width") instanceof Number width
                && size.get("height") instanceof Number height
                && width.intValue() >= 1 && width.intValue() <= 20_000
                && height.intValue() >= 1 && height.intValue() <= 20_000) {
            return new int[] {width.intValue(), height.intValue()};
        }
        return null;
    }

    private static List<SceneBox> boxes(Object annotations) {
        List<SceneBox> boxes = new ArrayList<>();
        if (annotations instanceof List<?> list) {
            for (Object annotation : list) {
                if (annotation instanceof Map<?, ?> box
                        && box.get("left") instanceof Number left
                        && box.get("top") instanceof Number top
                        && box.get("width") instanceof Number width
                        && box.get("height") instanceof Number height) {
                    int classId = box.get("class_id") instanceof Number id ? id.intValue() : 0;
                    boxes.add(new SceneBox(classId, left.doubleValue(), top.doubleValue(), width.doubleValue(), height.doubleValue()));
                }
            }
        }
        return boxes;
    }
}
