package dev.truepipe.exporting;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * COCO instances in one file, {@code instances.json}. Ids count from 1; a category's is the class id plus one. {@code file_name} is the path below
 * the folder that all images share, {@code coco_url} the whole address.
 */
final class CocoWriter implements LabelWriter {
    private static final String FILE = "instances.json";

    private final JsonGenerator json;
    private final CommonFolder folder;
    private final Map<String, Integer> categories = new LinkedHashMap<>();
    private long image;
    private long annotation;

    CocoWriter(Path out, CommonFolder folder, SortedMap<Integer, String> names) throws IOException {
        this.folder = folder;
        json = new JsonFactory().createGenerator(new BufferedOutputStream(Files.newOutputStream(out.resolve(FILE), StandardOpenOption.CREATE_NEW), 64 << 10), JsonEncoding.UTF8);
        json.writeStartObject();
        json.writeArrayFieldStart("categories");
        for (Map.Entry<Integer, String> name : names.entrySet()) {
            categories.putIfAbsent(name.getValue(), name.getKey() + 1);
            json.writeStartObject();
            json.writeNumberField("id", name.getKey() + 1);
            json.writeStringField("name", name.getValue());
            json.writeStringField("supercategory", "");
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("images");
    }

    @Override
    public int rounds() {
        return 2;
    }

    @Override
    public String line(int round, LabeledLine line) throws IOException {
        image++;
        if (round == 0) {
            json.writeStartObject();
            json.writeNumberField("id", image);
            json.writeStringField("file_name", folder.below(line.source()));
            json.writeStringField("coco_url", line.source());
            number("width", line.width());
            number("height", line.height());
            json.writeEndObject();
            json.writeRaw('\n');
            return null;
        }
        for (LabeledLine.Annotation box : line.annotations()) {
            json.writeStartObject();
            json.writeNumberField("id", ++annotation);
            json.writeNumberField("image_id", image);
            json.writeNumberField("category_id", categories.get(box.className()));
            json.writeArrayFieldStart("bbox");
            for (double number : new double[] {box.left(), box.top(), box.boxWidth(), box.boxHeight()}) {
                json.writeRawValue(Numbers.text(number));
            }
            json.writeEndArray();
            number("area", box.boxWidth() * box.boxHeight());
            json.writeNumberField("iscrowd", 0);
            json.writeArrayFieldStart("segmentation");
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return null;
    }

    private void number(String name, double value) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(Numbers.text(value));
    }

    @Override
    public void roundEnds(int round) throws IOException {
        json.writeEndArray();
        if (round == 0) {
            json.writeArrayFieldStart("annotations");
            image = 0;
        } else {
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    @Override
    public List<String> files() {
        return List.of(FILE);
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
