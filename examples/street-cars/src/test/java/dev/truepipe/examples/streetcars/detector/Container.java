package dev.truepipe.examples.streetcars.detector;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A training container's folder, made by hand, with epochs as plain files: to a reader they are pipes already full. */
record Container(Path root) {

    /** One labeled picture. */
    record Example(byte[] jpeg, List<Box> boxes) {
        String annotations() {
            return "{\"image_size\":[{\"width\":1,\"height\":1,\"depth\":3}],\"annotations\":["
                    + boxes.stream().map(b -> "{\"class_id\":" + b.classId() + ",\"left\":" + b.left() + ",\"top\":" + b.top()
                            + ",\"width\":" + b.width() + ",\"height\":" + b.height() + "}").collect(Collectors.joining(","))
                    + "]}";
        }
    }

    static Container in(Path root, Map<String, String> hyperparameters, String... channels) throws IOException {
        Files.createDirectories(root.resolve("input/config"));
        Files.createDirectories(root.resolve("input/data"));
        Files.writeString(root.resolve("input/config/hyperparameters.json"), hyperparameters.entrySet().stream()
                .map(e -> "\"" + e.getKey() + "\":\"" + e.getValue() + "\"").collect(Collectors.joining(",", "{", "}")));
        Files.writeString(root.resolve("input/config/inputdataconfig.json"), List.of(channels).stream()
                .map(c -> "\"" + c + "\":{\"ContentType\":\"application/x-recordio\",\"TrainingInputMode\":\"Pipe\","
                        + "\"S3DistributionType\":\"FullyReplicated\",\"RecordWrapperType\":\"RecordIO\"}")
                .collect(Collectors.joining(",", "{", "}")));
        return new Container(root);
    }

    Path pipe(String channel, int epoch) {
        return root.resolve("input/data/" + channel + "_" + epoch);
    }

    /** The same epoch again and again. */
    void fill(String channel, int epochs, List<Example> examples) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        stream(bytes, examples);
        for (int epoch = 0; epoch < epochs; epoch++) {
            Files.write(pipe(channel, epoch), bytes.toByteArray());
        }
    }

    static void stream(OutputStream out, List<Example> examples) throws IOException {
        for (Example example : examples) {
            out.write(frame(0, example.jpeg()));
            out.write(frame(0, example.annotations().getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** A RecordIO frame, written from the format's description. */
    static byte[] frame(int part, byte[] payload) {
        return ByteBuffer.allocate(8 + (payload.length + 3) / 4 * 4).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0xced7230a).putInt(part << 29 | payload.length).put(payload).array();
    }

    String read(String file) throws IOException {
        return Files.readString(root.resolve(file));
    }
}
