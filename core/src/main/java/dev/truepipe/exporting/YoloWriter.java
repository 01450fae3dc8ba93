package dev.truepipe.exporting;

import dev.truepipe.importing.YoloReader;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * A folder of YOLO labels: {@code data.yaml}, {@code labels/…/NAME.txt} for each image, and {@code images.csv}, which names each image's address
 * and size; the images themselves go to {@code images/}. Class ids are the places of the class ids in their order. Shares have nine decimals: a
 * pixel of an image up to 10,000 wide is true to a ten-thousandth.
 */
final class YoloWriter implements LabelWriter {
    private final Path out;
    private final CommonFolder folder;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Csv images;

    YoloWriter(Path out, CommonFolder folder, SortedMap<Integer, String> names) throws IOException {
        this.out = out;
        this.folder = folder;
        StringBuilder data = new StringBuilder("path: .\ntrain: images\nval: images\nnames:\n");
        for (String name : names.values()) {
            if (ids.putIfAbsent(name, ids.size()) == null) {
                // A text of JSON is one of YAML, too.
                data.append("  ").append(ids.size() - 1).append(": ").append(Json.text(name)).append('\n');
            }
        }
        Files.writeString(out.resolve("data.yaml"), data, StandardOpenOption.CREATE_NEW);
        images = new Csv(out.resolve(YoloReader.IMAGES));
        images.row("image", "source-ref", "width", "height", "depth");
    }

    @Override
    public String line(int round, LabeledLine line) throws IOException {
        String path = folder.below(line.source());
        String problem = CommonFolder.problem(path);
        if (problem != null) {
            return problem;
        }
        int dot = path.lastIndexOf('.');
        Path labels = out.resolve("labels").resolve((dot > path.lastIndexOf('/') ? path.substring(0, dot) : path) + ".txt");
        StringBuilder text = new StringBuilder();
        for (LabeledLine.Annotation box : line.annotations()) {
            text.append(String.format(Locale.ROOT, "%d %.9f %.9f %.9f %.9f\n", ids.get(box.className()),
                    (box.left() + box.boxWidth() / 2) / line.width(), (box.top() + box.boxHeight() / 2) / line.height(), box.boxWidth() / line.width(), box.boxHeight() / line.height()));
        }
        Files.createDirectories(labels.getParent());
        try {
            Files.writeString(labels, text, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            return "another image has the same name but for its ending, and so the same labels in YOLO: \"" + path + "\"";
        }
        images.row("images/" + path, line.source(), Numbers.text(line.width()), Numbers.text(line.height()), Long.toString(line.depth()));
        return null;
    }

    @Override
    public List<String> files() {
        return List.of("data.yaml", YoloReader.IMAGES, "labels/");
    }

    @Override
    public void close() throws IOException {
        images.close();
    }
}
