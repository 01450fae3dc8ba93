package dev.truepipe.cli;

import dev.truepipe.examples.streetcars.scene.LabeledScenes;
import dev.truepipe.examples.streetcars.scene.SceneBox;
import dev.truepipe.examples.streetcars.scene.StandIn;
import dev.truepipe.examples.streetcars.scene.StreetScenes;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.Task;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * What a demo uploads: one manifest, and a picture for each object it names.
 *
 * @param manifest the manifest's bytes, decompressed
 * @param images pictures by address
 * @param buckets every bucket that the manifest's objects lie in, where S3 allows its name
 * @param standIns whether the pictures are drawn from the boxes, not seen by whoever labeled them
 */
record DemoLabels(byte[] manifest, Map<S3Uri, Picture> images, SortedSet<String> buckets, boolean standIns) {
    /** A demo keeps its manifest in memory, and draws a picture for each of its lines. */
    private static final int MOST_BYTES = 64 << 20;
    private static final Pattern BUCKET = Pattern.compile(DatasetSettings.BUCKET_PATTERN);
    /** Buckets of the demo's own, in which a picture would lie in the way. */
    private static final Set<String> OWN_BUCKETS = Set.of(Demo.LABEL_BUCKET, LocalCloud.WORK_BUCKET, LocalCloud.ASSET_BUCKET);
    /** Longest name of a file, in bytes, on the file systems that a demo may find itself on. */
    private static final int MOST_NAME_BYTES = 255;
    /** Longest key of S3, in bytes; the scan quarantines a longer one. */
    private static final int MOST_KEY_BYTES = 1_024;
    /** Longest side of a picture drawn, in pixels: a larger one would take too much memory. */
    private static final int MOST_SIDE = 20_000;

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
     * <p>A line that cannot be read here, or whose image no bucket can hold, is left to the workflow, which says what is wrong with it.
     *
     * @param label the label attribute that is asked for; {@code null} if it is to be found
     * @throws UnreadableInput if the manifest cannot be read, is not about boxes, or names objects that no folder can hold
     */
    static DemoLabels ofManifest(Path file, String label) throws IOException, UnreadableInput {
        requireReadable(file);
        byte[] manifest = read(file);
        LabelChoice choice = choice(file, manifest, label);
        Map<S3Uri, Picture> images = new LinkedHashMap<>();
        int start = startsWithMark(manifest) ? 3 : 0;
        for (int i = start; i <= manifest.length; i++) {
            if (i == manifest.length || manifest[i] == '\n') {
                take(Arrays.copyOfRange(manifest, start, i), choice.labelAttribute(), images);
                start = i + 1;
            }
        }
        Map<String, S3Uri> paths = new LinkedHashMap<>();
        SortedSet<String> buckets = new TreeSet<>();
        for (S3Uri image : images.keySet()) {
            requirePlace(file, image);
            paths.put(path(image), image);
            buckets.add(image.bucket());
        }
        requireNoneAbove(file, paths);
        return new DemoLabels(manifest, images, buckets, true);
    }

    /** What the workflow will find the labels to be; nothing but boxes can be drawn, and trained by the demo's detector. */
    private static LabelChoice choice(Path file, byte[] manifest, String label) throws IOException, UnreadableInput {
        LabelInference inference = new LabelInference(null, label == null ? List.of() : List.of(label));
        inference.read(file.toString(), ByteSource.of(manifest), false);
        LabelChoice choice = inference.choose();
        if (choice.task() != null && !choice.task().equals(Task.OBJECT_DETECTION)) {
            throw new UnreadableInput(
                    file.toString(),
                    "label attribute \"" + choice.labelAttribute() + "\" is for " + choice.task() + ", and the demo draws and trains boxes (object-detection) only",
                    (choice.task().supported() ? "./truepipe check and ./truepipe split take it as it is" : "./truepipe check says what can be done with it")
                            + "; if another attribute holds boxes, name it with --label");
        }
        return choice;
    }

    private static void requirePlace(Path manifest, S3Uri image) throws UnreadableInput {
        if (OWN_BUCKETS.contains(image.bucket())) {
            throw new UnreadableInput(manifest.toString(), "names " + shortened(image) + ", and the demo keeps things of its own in a bucket called "
                    + image.bucket(), "call the bucket something else in a copy for the demo");
        }
        for (String name : path(image).split("/", -1)) {
            String why = name.isEmpty() ? "begins with a slash"
                    : name.equals(".") || name.equals("..") ? "holds \"" + name + "\", which means another folder"
                    : name.indexOf('\0') >= 0 ? "holds a null character"
                    : name.getBytes(StandardCharsets.UTF_8).length > MOST_NAME_BYTES ? "holds a name of more than " + MOST_NAME_BYTES + " bytes"
                    : null;
            if (why != null) {
                throw new UnreadableInput(manifest.toString(), "names " + shortened(image) + ": the demo keeps objects in a folder, where no file can have this key: it "
                        + why, "leave its line out, or change the key in a copy for the demo (S3, check and split take it as it is)");
            }
        }
    }

    private static void requireNoneAbove(Path manifest, Map<String, S3Uri> paths) throws UnreadableInput {
        for (Map.Entry<String, S3Uri> image : paths.entrySet()) {
            String path = image.getKey();
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                S3Uri above = paths.get(path.substring(0, slash));
                if (above != null) {
                    throw new UnreadableInput(manifest.toString(), "names both " + shortened(above) + " and " + shortened(image.getValue())
                            + ": the demo keeps objects in a folder, where the first would have to be a file and a folder at once",
                            "leave the line of one out, or change its key in a copy for the demo (S3, check and split take both)");
                }
            }
        }
    }

    /** Where the file lies in the folder of all buckets: slashes that follow each other count as one there, but for the first. */
    private static String path(S3Uri image) {
        return image.bucket() + "/" + image.key().replaceAll("(?<=[^/])/+", "/");
    }

    private static String shortened(S3Uri uri) {
        String text = uri.toString().replace('\0', '\ufffd');
        return text.length() > 200 ? text.substring(0, 100) + "…" + text.substring(text.length() - 60) : text;
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= 3 && (bytes[0] & 0xff) == 0xef && (bytes[1] & 0xff) == 0xbb && (bytes[2] & 0xff) == 0xbf;
    }

    /** @throws UnreadableInput if there is no file that could be read */
    static void requireReadable(Path file) throws UnreadableInput {
        if (file.toString().isEmpty()) {
            throw new UnreadableInput("--manifest", "an empty name", "name a manifest");
        }
        if (Files.isDirectory(file)) {
            throw new UnreadableInput(file.toString(), "is a folder, not a manifest", "name the output.manifest in it");
        }
        if (!Files.isReadable(file)) {
            throw new UnreadableInput(file.toString(), Files.exists(file) ? "cannot be read" : "does not exist", "check the path");
        }
    }

    /** Whole, as it is uploaded whole; decompressed if it begins as gzip does. */
    private static byte[] read(Path file) throws IOException, UnreadableInput {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = atMost(file, in);
        }
        if (bytes.length < 2 || (bytes[0] & 0xff) != 0x1f || (bytes[1] & 0xff) != 0x8b) {
            return bytes;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return atMost(file, in);
        } catch (IOException e) {
            throw new UnreadableInput(file.toString(), "begins as gzip does, but does not decompress: " + e.getMessage(), "compress it again");
        }
    }

    private static byte[] atMost(Path file, InputStream in) throws IOException, UnreadableInput {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new UnreadableInput(file.toString(), "holds more than " + (MOST_BYTES >> 20) + " MiB, too much to draw a picture for each line",
                    "try the chain with a part of it: head -n 1000 (check and split take it whole)");
        }
        return bytes;
    }

    private static void take(byte[] line, String label, Map<S3Uri, Picture> images) {
        Object object;
        try {
            object = Json.parse(line);
        } catch (IOException e) {
            // Not JSON: the scan has better words for it, and keeps the line.
            return;
        }
        if (!(object instanceof Map<?, ?> attributes) || !(attributes.get("source-ref") instanceof String address)) {
            return;
        }
        S3Uri image = object(address);
        Map<?, ?> content = image == null ? null : sized(attributes, label);
        if (content != null) {
            int[] size = size(content.get("image_size"));
            List<SceneBox> boxes = boxes(content.get("annotations"));
            images.put(image, () -> StandIn.draw(size[0], size[1], boxes, image.key().hashCode()));
        }
    }

    /** The address of an object that S3 could hold; {@code null} where the scan has something to say instead. */
    private static S3Uri object(String address) {
        int slash = address.indexOf('/', "s3://".length());
        if (!address.startsWith("s3://") || slash < 0 || address.endsWith("/")) {
            return null;
        }
        S3Uri uri = BUCKET.matcher(address.substring("s3://".length(), slash)).matches() ? S3Uri.parse(address) : null;
        return uri == null || uri.key().getBytes(StandardCharsets.UTF_8).length > MOST_KEY_BYTES ? null : uri;
    }

    /** What the label says, or another attribute that knows the image's size; {@code null} if none does. */
    private static Map<?, ?> sized(Map<?, ?> attributes, String label) {
        if (label != null && attributes.get(label) instanceof Map<?, ?> content && size(content.get("image_size")) != null) {
            return content;
        }
        for (Object value : attributes.values()) {
            if (value instanceof Map<?, ?> content && size(content.get("image_size")) != null) {
                return content;
            }
        }
        return null;
    }

    /** Width and height in pixels, as far as they can be drawn; {@code null} if the value does not say. */
    private static int[] size(Object value) {
        Object first = value instanceof List<?> list && !list.isEmpty() ? list.getFirst() : value;
        if (first instanceof Map<?, ?> size
                && size.get("width") instanceof Number width && width.doubleValue() > 0
                && size.get("height") instanceof Number height && height.doubleValue() > 0) {
            return new int[] {side(width), side(height)};
        }
        return null;
    }

    private static int side(Number pixels) {
        return (int) Math.min(MOST_SIDE, Math.ceil(pixels.doubleValue()));
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
