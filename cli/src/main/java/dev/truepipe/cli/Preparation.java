package dev.truepipe.cli;

import dev.truepipe.emulator.lambda.FunctionCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code ./truepipe} does once after it has built: makes the cache with which the functions' JVMs start in half the
 * time. All works without it.
 */
final class Preparation {
    private Preparation() {}

    /** Exits 0 when the cache is there, 1 when it could not be made; the reason is in the log beside it. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path jar = Installation.found().functionsJar();
        if (FunctionCache.isFresh(jar)) {
            return;
        }
        Path settings = Files.createTempFile("truepipe-", ".yaml");
        try {
            // Which settings does not matter: the cache holds classes, and every dataset has the same functions.
            LocalCloud any = new LocalCloud(Demo.settings(settings, null, List.of("images")));
            System.exit(FunctionCache.make(jar, any.functions()) ? 0 : 1);
        } finally {
            Files.delete(settings);
        }
    }
}
