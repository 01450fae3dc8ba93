package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.sagemaker.ContainerImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code truepipe pipe --image}. With the profile {@code containers} by the Docker or Podman that is there, and a busybox that it has or
 * pulls; otherwise by a stand-in that is called as Docker is, and runs containers as processes that are not ours.
 */
class PipeImageIT {
    private static final boolean REAL = Boolean.getBoolean("truepipe.containers");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String IMAGE = "docker.io/library/busybox:stable";

    @TempDir
    private Path folder;

    private Path engine;

    @BeforeEach
    void findEngine() throws Exception {
        if (!REAL) {
            Program.require(Program.works("python3", "--version"), "python3", "the stand-in for Docker is written in it: install it");
            engine = Files.createDirectories(folder.resolve("engine"));
            Files.copy(Program.ROOT.resolve("cli/src/test/resources/engine/docker"), engine.resolve("docker"));
            Files.setPosixFilePermissions(engine.resolve("docker"), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private Program program(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("pipe", "--json", "--root", folder.resolve("root").toString(), "--channel", "train=" + manifest(), "--attributes", "a"));
        all.addAll(List.of(arguments));
        Program program = Program.truepipe(all.toArray(String[]::new));
        if (!REAL) {
            program.with("PATH", engine + ":" + System.getenv("PATH"));
        }
        return program;
    }

    /** Runs, and looks for what is left. */
    private Program.Ended pipe(String... arguments) throws Exception {
        Program.Ended ended = program(arguments).run();
        ended.leavesNoProcess();
        assertEquals(List.of(), containers(), "containers left behind");
        return ended;
    }

    private String manifest() throws IOException {
        return Files.writeString(folder.resolve("train.manifest"), "{\"a\":\"first\"}\n{\"a\":\"second\"}\n").toString();
    }

    @Test
    void theProgramRunsInTheImageWhereTheRootIsOptMl() throws Exception {
        Program.Ended ended = pipe("--image", IMAGE, "--wrapper", "None", "--hyperparameter", "epochs=1", "--metric", "seen=seen=(\\d+)", "--",
                "sh", "-c", "cat \"$TRUEPIPE_ROOT/input/data/train_0\" > \"$TRUEPIPE_ROOT/model/seen\"; cp \"$TRUEPIPE_ROOT/input/config/hyperparameters.json\" \"$TRUEPIPE_ROOT/model\";"
                        + " echo $TRAINING_JOB_NAME \"${AWS_REGION-none}\" on $(hostname 2>/dev/null || echo $HOSTNAME) >&2; echo seen=11");
        assertEquals(0, ended.exit(), ended::toString);
        assertEquals("firstsecond", Files.readString(folder.resolve("root/model/seen")));
        assertEquals("{\"epochs\":\"1\"}", Files.readString(folder.resolve("root/model/hyperparameters.json")));
        assertEquals(11.0, ended.json().get("metrics").get("seen").get(0).asDouble());
        assertTrue(Files.size(folder.resolve("root/model.tar.gz")) > 0);
        assertTrue(ended.err().contains("pipe none on "), ended::err);
        if (!REAL) {
            String run = asked("run ").getFirst();
            assertTrue(run.contains("--mount type=bind,source=" + folder.resolve("root") + ",target=/opt/ml "), run);
            assertTrue(run.contains("--env TRUEPIPE_ROOT=/opt/ml ") && run.contains("--hostname algo-1 "), run);
        }
    }

    @Test
    void aProgramThatFailsFailsTheJobWithItsReasonAndOneThatTheEngineCannotRunIsNoneOfTheAlgorithms() throws Exception {
        Program.Ended failed = pipe("--image", IMAGE, "--", "sh", "-c", "echo the loss is not a number > \"$TRUEPIPE_ROOT/output/failure\"; exit 3");
        assertEquals("AlgorithmError: the loss is not a number, exit code: 3", failed.json().get("failureReason").asString());
        Program.Ended refused = pipe("--image", "no/such:image");
        assertEquals(1, refused.exit(), refused::toString);
        assertTrue(refused.json().get("failureReason").asString().matches("ClientError: (docker|podman) cannot run the image no/such:image, exit code: 125; the log says why"), refused::toString);
        if (!REAL) {
            assertTrue(asked("run ").getLast().endsWith(" no/such:image train"), "as SageMaker starts a container");
        }
    }

    @Test
    void aContainerThatIgnoresSigtermIsRemovedWhenItsGraceIsOver() throws Exception {
        Program.Ended ended = pipe("--image", IMAGE, "--max-runtime", "2s", "--stop-grace", "1s", "--",
                "sh", "-c", "trap 'echo not yet' TERM; while :; do cat \"$TRUEPIPE_ROOT/input/data/train_0\" > /dev/null; read -r never < \"$TRUEPIPE_ROOT/input/data/train_1\"; done");
        assertEquals("MaxRuntimeExceeded", ended.json().get("secondaryStatus").asString(), ended::toString);
    }

    @Test
    void aContainerGoesWhenTruepipeItselfIsKilled() throws Exception {
        try (Program.Running running = program("--image", IMAGE, "--", "sh", "-c", "trap '' TERM; exec sleep 600").start()) {
            awaitContainers(1);
            running.process().destroyForcibly();
            awaitContainers(0);
        }
    }

    private void awaitContainers(int count) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (containers().size() != count) {
            assertTrue(System.nanoTime() < end, () -> "waited " + PATIENCE.toSeconds() + " s in vain for " + count + " containers");
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private List<String> containers() throws Exception {
        if (!REAL) {
            try (Stream<Path> files = Files.list(engine)) {
                return files.map(Path::getFileName).map(Path::toString).filter(name -> name.startsWith("truepipe-")).toList();
            }
        }
        String name = ContainerImage.of(IMAGE, System.getenv()).engine();
        return Program.of(List.of(name, "ps", "--all", "--quiet", "--filter", "name=truepipe-")).run().out().lines().toList();
    }

    @Test
    void anEngineThatDoesNotAnswerIsToldBeforeAnythingIsMade() throws Exception {
        Program.require(!REAL, "a stand-in for Docker", "a real engine is not stopped for a test");
        Files.createFile(engine.resolve("down"));
        Files.copy(engine.resolve("docker"), engine.resolve("podman"), StandardCopyOption.COPY_ATTRIBUTES); // before a real one on PATH
        Program.Ended ended = pipe("--image", IMAGE);
        assertEquals(2, ended.exit(), ended::toString);
        String message = ended.json().get("error").get("message").asString();
        assertTrue(message.contains("docker does not answer (Cannot connect to the Docker daemon. Is the docker daemon running?)"), message);
        assertFalse(Files.exists(folder.resolve("root")), "nothing is made");
    }

    private List<String> asked(String beginning) throws IOException {
        return Files.readAllLines(engine.resolve("asked")).stream().filter(line -> line.startsWith(beginning)).toList();
    }
}
