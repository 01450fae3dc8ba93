package dev.truepipe.emulator.sagemaker;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * An algorithm that only reads: every epoch of every channel at the same time as the other channels, each record in hex on
 * a line of {@code model/<channel>_<epoch>}. It has its own RecordIO reader and nothing but the JDK.
 *
 * <p>Arguments: epochs, channels…, {@code train}.
 */
final class PipeReaderMain {
    private PipeReaderMain() {}

    public static void main(String[] arguments) throws Exception {
        if (!arguments[arguments.length - 1].equals("train")) {
            throw new IllegalArgumentException("the last argument must be train");
        }
        int epochs = Integer.parseInt(arguments[0]);
        Path root = Path.of(System.getenv("TRUEPIPE_ROOT"));
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i < arguments.length - 1; i++) {
            String channel = arguments[i];
            threads.add(Thread.ofPlatform().start(() -> {
                for (int epoch = 0; epoch < epochs; epoch++) {
                    read(root, channel + "_" + epoch);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void read(Path root, String pipe) {
        List<String> records = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(Files.newInputStream(root.resolve("input/data").resolve(pipe))))) {
            for (int first = in.read(); first >= 0; first = in.read()) {
                int magic = Integer.reverseBytes(first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedByte() << 8 | in.readUnsignedByte());
                if (magic != 0xced7230a) {
                    throw new IOException("no record begins here: " + Integer.toHexString(magic));
                }
                int length = Integer.reverseBytes(in.readInt());
                if (length >>> 29 != 0) {
                    throw new IOException("not a whole record");
                }
                records.add(HexFormat.of().formatHex(in.readNBytes(length)));
                for (byte padding : in.readNBytes(-length & 3)) {
                    if (padding != 0) {
                        throw new IOException("padding is not zero");
                    }
                }
            }
            Files.write(root.resolve("model").resolve(pipe), records);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
