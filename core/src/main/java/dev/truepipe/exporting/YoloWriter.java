package dev.truepipe.exporting;

import dev.truepipe.importing.YoloReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/**
 * A folder of YOLO labels: {@code data.yaml}, {@code labels/…/NAME.txt} for each image, where {@link YoloReader#labelFile} looks for it, and
 * {@code images.csv}, which names each image's address and size; the images themselves go to {@code images/}. Class ids are the places of the class ids in their order. Shares have nine decimals: a
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
                data.append("  ").append(ids.size() - 1).append(": ").append(quoted(name)).append('\n');
            }
        }
        Files.writeString(out.resolve("data.yaml"), data, StandardOpenOption.CREATE_NEW);
        images = new Csv(out.resolve(YoloReader.IMAGES));
        images.row("image", "source-ref", "width", "height", "depth");
    }

    @Override
    public String line(int round, LabeledLine line) throws IOException {
        String path = folder.below(line.source());
        String problem = ObjectFiles.problem(path);
        if (problem != null) {
            return problem;
        }
        StringBuilder text = new StringBuilder();
        for (LabeledLine.Annotation box : line.annotations()) {
            text.append(String.format(Locale.ROOT, "%d %.9f %.9f %.9f %.9f\n", ids.get(box.className()),
                    (box.left() + box.boxWidth() / 2) / line.width(), (box.top() + box.boxHeight() / 2) / line.height(), box.boxWidth() / line.width(), box.boxHeight() / line.height()));
        }
        String image = "images/" + path;
        problem = ObjectFiles.write(out, YoloReader.labelFile(image), text.toString().getBytes(StandardCharsets.US_ASCII));
        if (problem == null) {
            images.row(image, line.source(), Numbers.text(line.width()), Numbers.text(line.height()), Long.toString(line.depth()));
        }
        return problem;
    }

    /** A text of YAML in double quotes. JSON's would do but for pairs of surrogates, which YAML's escapes do not know. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            boolean plain = c >= ' ' && c <= '~' || c >= 0xa0 && c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe && c != 0xffff;
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(plain ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04x", c));
        });
        return quoted.append('"').toString();
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
