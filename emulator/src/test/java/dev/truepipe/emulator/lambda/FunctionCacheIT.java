package dev.truepipe.emulator.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.truepipe.emulator.lambda.handlers.Handlers;
import dev.truepipe.emulator.logs.LogStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on jars, as the cache wants it: the tests' handlers are packed first. */
class FunctionCacheIT {
    @TempDir
    Path folder;

    private Path jar;

    @BeforeEach
    void pack() throws IOException, URISyntaxException {
        Path classes = Path.of(Handlers.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        jar = folder.resolve("functions.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes.resolve("dev/truepipe/emulator/lambda/handlers"))) {
            all.filter(Files::isRegularFile).forEach(entry -> {
                try {
                    out.putNextEntry(new JarEntry(classes.relativize(entry).toString()));
                    Files.copy(entry, out);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    void aBrokenCacheIsPassedOverInSilence() throws Exception {
        Files.writeString(FunctionCache.beside(jar), "no cache at all");
        assertEquals("{\"raw\":1}", answer());
        assertEquals(List.of(), new LogStore(folder.resolve("logs"), Clock.systemUTC()).read("/aws/lambda/Stream", EmbeddedLambda.LOG_STREAM));
    }

    @Test
    void aCacheThatCannotBeMadeIsNoCache() throws Exception {
        Path empty = Files.createDirectories(folder.resolve("folder-not-jar"));
        Files.writeString(empty.resolve("file"), "the JVM caches nothing from folders");
        assertFalse(FunctionCache.make(empty, List.of(TestFunctions.function(Handlers.Stream.class))));
        assertFalse(Files.exists(FunctionCache.beside(empty)));
    }

    @Test
    void aCacheServesUntilItsJarChangesAndAfterwardsIsPassedOver() throws Exception {
        assertFalse(FunctionCache.isFresh(jar));
        if (!hostIsPacked()) {
            // Failsafe, after packaging, takes the host from its jar; an IDE runs it from a folder, of which no cache is made.
            assertFalse(FunctionCache.make(jar, List.of(TestFunctions.function(Handlers.Stream.class))));
            return;
        }
        assertTrue(FunctionCache.make(jar, List.of(TestFunctions.function(Handlers.Stream.class))), this::log);
        assertTrue(FunctionCache.isFresh(jar));
        assertEquals("{\"raw\":1}", answer());
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
        assertFalse(FunctionCache.isFresh(jar));
        assertEquals("{\"raw\":1}", answer());
    }

    private String log() {
        try {
            return Files.readString(Path.of(FunctionCache.beside(jar) + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean hostIsPacked() throws URISyntaxException {
        return Files.isRegularFile(Path.of(EmbeddedLambda.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }

    private String answer() throws Exception {
        LogStore logs = new LogStore(folder.resolve("logs"), Clock.systemUTC());
        Path events = Path.of(SQSEvent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (EmbeddedLambda lambda = new EmbeddedLambda(
                folder, List.of(jar, events), List.of(TestFunctions.function(Handlers.Stream.class)), Map.of(), Duration.ofSeconds(5), logs)) {
            InvocationResult result = lambda.invoke("Stream", "1");
            assertFalse(result.failed(), result.payload());
            return result.payload();
        }
    }
}
