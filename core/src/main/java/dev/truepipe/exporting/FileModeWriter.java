package dev.truepipe.exporting;

import dev.truepipe.importing.FileModeReader;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.Task;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What SageMaker's algorithms take in File or FastFile mode: {@code images.manifest}, a channel's list of files ({@code ManifestFile}), and labels beside
 * it: of boxes {@code annotation/NAME.json} for each image; of classes {@code labels.lst} (number, class id or one place for each class, path) and
 * {@code labels.csv}; of texts {@code labels.txt} ({@code __label__ID text}) and {@code labels.csv}.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection.html">Object Detection</a>
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html">Image Classification</a>
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html">BlazingText</a>
 */
final class FileModeWriter implements LabelWriter {
    private static final String LIST = "labels.lst";
    private static final String TEXTS = "labels.txt";

    private final Path out;
    private final CommonFolder folder;
    private final Task task;
    private final SortedMap<Integer, String> names;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Writer images;
    private final Writer labels;
    private final CsvWriter csv;
    private long lines;

    FileModeWriter(Path out, CommonFolder folder, Task task, SortedMap<Integer, String> names) throws IOException {
        this.out = out;
        this.folder = folder;
        this.task = task;
        this.names = names;
        names.forEach((id, name) -> ids.putIfAbsent(name, id));
        boolean boxes = task.equals(Task.OBJECT_DETECTION);
        images = task.ofTexts() ? Writer.nullWriter() : open(FileModeReader.IMAGES);
        images.write("[{\"prefix\":" + Json.text(folder.folder()) + "}");
        labels = boxes ? Writer.nullWriter() : open(task.ofTexts() ? TEXTS : LIST);
        csv = boxes ? null : new CsvWriter(out, task);
    }

    private Writer open(String file) throws IOException {
        return new BufferedWriter(Files.newBufferedWriter(out.resolve(file), StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW), 64 << 10);
    }

    @Override
    public String line(int round, LabeledLine line) throws IOException {
        String path = task.ofTexts() ? null : folder.below(line.source());
        String problem = path == null ? null : CommonFolder.problem(path);
        if (problem == null) {
            problem = task.equals(Task.OBJECT_DETECTION) ? boxes(line, path) : csv.line(round, line);
        }
        if (problem == null && path != null) {
            images.write(",\n" + Json.text(path));
        }
        if (problem == null && csv != null) {
            classes(line, path);
        }
        return problem;
    }

    private String boxes(LabeledLine line, String path) throws IOException {
        List<Object> annotations = new ArrayList<>();
        for (LabeledLine.Annotation box : line.annotations()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("class_id", ids.get(box.className()));
            one.put("left", number(box.left()));
            one.put("top", number(box.top()));
            one.put("width", number(box.boxWidth()));
            one.put("height", number(box.boxHeight()));
            annotations.add(one);
        }
        List<Object> categories = new ArrayList<>();
        names.forEach((id, name) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("class_id", id);
            one.put("name", name);
            categories.add(one);
        });
        Map<String, Object> size = new LinkedHashMap<>();
        size.put("width", number(line.width()));
        size.put("height", number(line.height()));
        size.put("depth", line.depth());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", path);
        json.put("image_size", List.of(size));
        json.put("annotations", annotations);
        json.put("categories", categories);
        Path file = out.resolve(FileModeReader.annotationFile(path));
        Files.createDirectories(file.getParent());
        try {
            Files.write(file, Json.bytes(json), StandardOpenOption.CREATE_NEW);
            return null;
        } catch (FileAlreadyExistsException e) {
            return "another image has the same name but for its ending, and so the same labels in File mode: \"" + path + "\"";
        }
    }

    private static Object number(double value) {
        String text = Numbers.text(value);
        return text.indexOf('.') < 0 && text.indexOf('E') < 0 ? (Object) Long.valueOf(text) : (Object) value;
    }

    private void classes(LabeledLine line, String path) throws IOException {
        List<Integer> own = line.annotations().stream().map(one -> ids.get(one.className())).toList();
        if (task.ofTexts()) {
            labels.write(own.stream().map(id -> "__label__" + id + " ").collect(Collectors.joining()) + line.source().replaceAll("\\R", " ") + "\n");
            return;
        }
        String places = task.multiLabel()
                ? java.util.stream.IntStream.rangeClosed(0, names.isEmpty() ? -1 : names.lastKey()).mapToObj(id -> own.contains(id) ? "1" : "0").collect(Collectors.joining("\t"))
                : own.getFirst().toString();
        labels.write(lines++ + "\t" + places + "\t" + path + "\n");
    }

    @Override
    public void roundEnds(int round) throws IOException {
        images.write("]\n");
    }

    @Override
    public List<String> files() {
        return task.equals(Task.OBJECT_DETECTION) ? List.of(FileModeReader.IMAGES, FileModeReader.ANNOTATIONS)
                : task.ofTexts() ? List.of(TEXTS, CsvWriter.FILE)
                : List.of(FileModeReader.IMAGES, LIST, CsvWriter.FILE);
    }

    @Override
    public void close() throws IOException {
        try (images; labels) {
            if (csv != null) {
                csv.close();
            }
        }
    }
}
