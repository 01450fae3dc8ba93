package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every command of README.md does what a reader expects of it: it is taken from the page and run. */
class ReadmeIT {
    private static final Pattern BLOCK = Pattern.compile("^```sh\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Path INSTANCES = Program.ROOT.resolve("core/src/test/resources/importing/coco/in/instances.json");
    /** As a shell cuts words, as far as the page needs it: single quotes, and nothing else that is special. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @TestFactory
    Stream<DynamicTest> everyCommandRuns() throws IOException {
        List<String> commands = commands();
        assertTrue(commands.size() >= 5, () -> "README.md shows commands in sh blocks: " + commands);
        return commands.stream().map(command -> DynamicTest.dynamicTest(command, () -> run(command)));
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher links = LINK.matcher(readme());
        while (links.find()) {
            if (!Files.exists(Program.ROOT.resolve(links.group(1)))) {
                broken.add(links.group(1));
            }
        }
        assertEquals(List.of(), broken);
    }

    /** The README's cloud at home, from the line that starts it on: lines of a shell are run against it. */
    private static Program.Running up;

    private static Path upData() {
        return Program.WORK.resolve("readme-up");
    }

    @AfterAll
    static void stopUp() throws Exception {
        if (up != null) {
            try (Program.Running last = up) {
                last.process().toHandle().destroy();
                Program.Ended ended = last.ended();
                assertEquals(0, ended.exit(), ended::toString);
                ended.leavesNoProcess();
            }
        }
    }

    private static void run(String command) throws Exception {
        List<String> words = WORD.matcher(command).results().map(word -> word.group().replace("'", "")).toList();
        if (command.equals("./truepipe up")) {
            up = Program.truepipe("up", "--port", "0", "--data", upData().toString()).start();
            up.awaitOnStandardError("up at http://");
            return;
        }
        if (command.equals(". .truepipe/env.sh") || words.getFirst().equals("aws")) {
            String shell = command.startsWith("aws") ? ". \"$0\" && exec " + command : ". \"$0\" && test -n \"$AWS_ENDPOINT_URL\"";
            Program.Ended ended = Program.of(List.of("sh", "-c", shell, upData().resolve("env.sh").toString())).with("PATH", Clients.path()).run();
            assertEquals(0, ended.exit(), ended::toString);
            return;
        }
        if (command.equals("./mvnw verify")) {
            // What runs this test.
            return;
        }
        if (command.matches("npx aws-cdk@\\S+ deploy")) {
            // Deploying needs an account. That the command line knows the word is all that can be seen without.
            needNpx();
            Program.Ended ended = Program.of(List.of("npx", "--yes", words.get(1), "deploy", "--help")).run();
            assertEquals(0, ended.exit(), ended::toString);
            return;
        }
        if (words.getFirst().equals("npx")) {
            needNpx();
            List<String> answered = new ArrayList<>(words);
            answered.add(1, "--yes");
            fine(answered);
        } else if (words.getFirst().equals("./mvnw")) {
            fine(words);
        } else if (words.getFirst().equals("./truepipe")) {
            if (words.contains("python3")) {
                Program.require(Program.works("python3", "--version"), "python3", "a command of the README starts it: install it");
            }
            if (words.contains("export")) {
                // The command takes a new folder; an earlier run of this test has left one.
                Folders.remove(Program.ROOT.resolve(words.getLast()));
            }
            fine(words.stream().map(word -> word.equals("my-output.manifest") ? manifest().toString() : word.equals("instances.json") ? INSTANCES.toString() : word).toList());
        } else {
            fail("README.md shows a command that this test does not know; teach it, or take the command out: " + command);
        }
    }

    private static void fine(List<String> command) throws Exception {
        Program.Ended ended = Program.of(command).run();
        assertEquals(0, ended.exit(), ended::toString);
        if (command.getFirst().equals("./truepipe")) {
            assertFalse(ended.out().isBlank(), ended::toString);
            ended.leavesNoProcess();
        }
    }

    private static void needNpx() throws InterruptedException {
        Program.require(Program.works("npx", "--version"), "npx", "it starts the CDK command line: install Node 20 or newer, with npm");
    }

    /** Labels of which every line is good, since the README's reader expects their own to be. */
    private static Path manifest() {
        try {
            Files.createDirectories(Program.WORK);
            List<String> good = TwinManifests.trainable().lines().filter(line -> !line.isBlank() && !line.contains("failure-reason")).toList();
            return Files.write(Program.WORK.resolve("my-output.manifest"), good);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the manifest for the README cannot be written", e);
        }
    }

    private static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(readme());
        while (blocks.find()) {
            blocks.group(1).lines().map(line -> line.replaceFirst("(^|\\s)#.*", "").strip()).filter(line -> !line.isEmpty()).forEach(commands::add);
        }
        return commands;
    }

    private static String readme() throws IOException {
        return Files.readString(Program.ROOT.resolve("README.md"));
    }
}
