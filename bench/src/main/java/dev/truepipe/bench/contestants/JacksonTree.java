package dev.truepipe.bench.contestants;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Splits a manifest as most Java programs would: a text for each line, a tree for each text. The rules: {@code bench/README.md}. */
public final class JacksonTree {
    private static final HoldOut HOLD_OUT = new HoldOut(2_000, 1);

    private JacksonTree() {}

    /** @param arguments the manifest, the folder to write into */
    public static void main(String[] arguments) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path folder = Path.of(arguments[1]);
        long train = 0;
        long validation = 0;
        long quarantined = 0;
        try (BufferedReader reader = Files.newBufferedReader(Path.of(arguments[0]));
                BufferedWriter trainLines = Files.newBufferedWriter(folder.resolve("train.manifest"));
                BufferedWriter validationLines = Files.newBufferedWriter(folder.resolve("validation.manifest"));
                BufferedWriter quarantineLines = Files.newBufferedWriter(folder.resolve("quarantine.manifest"))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonNode record = parsed(mapper, line);
                BufferedWriter out;
                if (record == null || !isGood(record)) {
                    quarantined++;
                    out = quarantineLines;
                } else if (HOLD_OUT.holds(Hash128.of(record.get("source-ref").textValue()))) {
                    validation++;
                    out = validationLines;
                } else {
                    train++;
                    out = trainLines;
                }
                out.write(line);
                out.write('\n');
            }
        }
        System.out.println("{\"lines\":" + (train + validation + quarantined) + ",\"accepted\":" + (train + validation)
                + ",\"quarantined\":" + quarantined + ",\"train\":" + train + ",\"validation\":" + validation + "}");
    }

    private static JsonNode parsed(ObjectMapper mapper, String line) {
        try {
            return mapper.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static boolean isGood(JsonNode record) {
        JsonNode names = record.path("cars-metadata").path("class-map");
        JsonNode size = record.path("cars").path("image_size").path(0);
        JsonNode boxes = record.path("cars").path("annotations");
        double width = size.path("width").asDouble();
        double height = size.path("height").asDouble();
        if (!record.path("source-ref").asText().startsWith("s3://") || !boxes.isArray() || !names.isObject() || width <= 0 || height <= 0) {
            return false;
        }
        for (JsonNode box : boxes) {
            JsonNode id = box.path("class_id");
            JsonNode left = box.path("left");
            JsonNode top = box.path("top");
            JsonNode wide = box.path("width");
            JsonNode high = box.path("height");
            if (!id.isIntegralNumber() || !names.has(id.asText()) || !left.isNumber() || !top.isNumber() || !wide.isNumber() || !high.isNumber()
                    || left.doubleValue() < 0 || top.doubleValue() < 0 || wide.doubleValue() <= 0 || high.doubleValue() <= 0
                    || left.doubleValue() + wide.doubleValue() > width || top.doubleValue() + high.doubleValue() > height) {
                return false;
            }
        }
        return true;
    }
}
