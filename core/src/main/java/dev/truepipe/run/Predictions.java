package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.report.ModelReport;
import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sample predictions that an algorithm may leave in {@code /opt/ml/output/data/}: {@code predictions.json} beside the JPEG
 * files that it names.
 *
 * <p>{@code {"format":"truepipe-predictions-1","classes":{"0":"car"},"images":[{"file":"0001.jpg","width":320,"height":240,
 * "truth":[{"class_id":0,"left":1,"top":2,"width":30,"height":20}],
 * "predicted":[{"class_id":0,"confidence":0.93,"left":1,"top":2,"width":30,"height":20}]}]}}. Coordinates are pixels; at
 * most 24 images are shown.
 */
final class Predictions {
    static final String FILE = "predictions.json";
    static final String FORMAT = "truepipe-predictions-1";

    private Predictions() {}

    /**
     * The samples of an archive; none if it holds no {@value #FILE}.
     *
     * @param classNames names by id as the labels have them; they win, since an algorithm is told numbers only
     * @throws IOException if the file is there and is not as above
     */
    static List<Sample> of(Map<String, byte[]> files, Map<Integer, String> classNames) throws IOException {
        byte[] document = files.get(FILE);
        if (document == null) {
            return List.of();
        }
        try {
            return samples(Json.parseObject(document), files, classNames);
        } catch (IllegalArgumentException e) {
            throw new IOException(FILE + ": " + e.getMessage(), e);
        }
    }

    private static List<Sample> samples(Map<String, Object> json, Map<String, byte[]> files, Map<Integer, String> classNames) {
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("\"format\" is " + Json.text(json.get("format")) + ", known is \"" + FORMAT + "\"");
        }
        Map<String, Object> classes = new HashMap<>(Fields.object(json, "classes"));
        classNames.forEach((id, name) -> classes.put(Integer.toString(id), name));
        List<Sample> samples = new ArrayList<>();
        for (Object item : Fields.array(json, "images")) {
            if (samples.size() == ModelReport.MAX_SAMPLES) {
                break;
            }
            Map<String, Object> image = Json.object(item);
            String file = Fields.text(image, "file");
            samples.add(new Sample(
                    file,
                    files.getOrDefault(file, new byte[0]),
                    Math.toIntExact(Fields.whole(image, "width")),
                    Math.toIntExact(Fields.whole(image, "height")),
                    boxes(Fields.array(image, "truth"), classes, false),
                    boxes(Fields.array(image, "predicted"), classes, true)));
        }
        return samples;
    }

    private static List<Box> boxes(List<Object> items, Map<String, Object> classes, boolean predicted) {
        List<Box> boxes = new ArrayList<>();
        for (Object item : items) {
            Map<String, Object> box = Json.object(item);
            String id = Long.toString(Fields.whole(box, "class_id"));
            boxes.add(new Box(
                    classes.get(id) instanceof String name ? name : id,
                    predicted ? Fields.number(box, "confidence") : Double.NaN,
                    Fields.number(box, "left"),
                    Fields.number(box, "top"),
                    Fields.number(box, "width"),
                    Fields.number(box, "height")));
        }
        return boxes;
    }
}
