package dev.truepipe.bench;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.truepipe.bench.contestants.JacksonStreaming;
import dev.truepipe.bench.contestants.JacksonTree;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who splits a manifest into files.
 *
 * @param claim what of the task it does
 * @param command how it is started
 * @param absent why it cannot be; {@code null} if it can
 */
record Contestant(String name, Claim claim, Command command, String absent) {
    static final String TRUEPIPE = "truepipe split";
    static final String COPY = "C: copy lines into two files";
    static final String PLAIN_COPY = "C: the same by getline and fwrite";
    static final String STREAMING = "Java: Jackson streaming, careful";
    static final String TOKENS = "– its parser alone, tokens unseen";
    static final String TREE = "Java: Jackson databind, a tree a line";
    static final String PYTHON = "Python: json";
    static final String DUCKDB = "DuckDB";

    /** What of the task is done. */
    enum Claim {
        /** Lines are counted. */
        COUNT,
        /** Lines are copied unseen, to two files. */
        LINES,
        /** Lines are judged and sided. */
        SIDES,
        /** And the newest label of each object is found. */
        NEWEST
    }

    /** Makes a command line. */
    @FunctionalInterface
    interface Command {
        List<String> line(Path manifest, Path out, int cores);
    }

    boolean here() {
        return absent == null;
    }

    /** All; those whose tools are missing say so. @param download whether DuckDB may be downloaded */
    static List<Contestant> all(Path home, Tools tools, boolean download) throws IOException, InterruptedException {
        List<Contestant> all = new ArrayList<>();
        all.add(copy(COPY, tools.compiled("copy_lines")));
        all.add(copy(PLAIN_COPY, tools.compiled("copy_lines_plainly")));
        all.add(new Contestant(TRUEPIPE, Claim.NEWEST, (manifest, out, cores) -> List.of(home.resolve("truepipe").toString(), "split", manifest.toString(),
                "--out", out.toString(), "--threads", Integer.toString(cores), "--json"), null));
        all.add(new Contestant(STREAMING, Claim.SIDES, (manifest, out, _) -> java(JacksonStreaming.class, manifest, out), null));
        all.add(new Contestant(TOKENS, Claim.COUNT, (manifest, out, _) -> java(JacksonStreaming.class, manifest, out, "tokens"), null));
        all.add(new Contestant(TREE, Claim.SIDES, (manifest, out, _) -> java(JacksonTree.class, manifest, out), null));
        all.add(new Contestant(PYTHON, Claim.SIDES, (manifest, out, _) ->
                List.of(tools.python(), home.resolve("bench/contestants/split_json.py").toString(), manifest.toString(), out.toString()), null));
        Tools.Found duckDb = download ? tools.duckDb() : new Tools.Found(null, "it would have to be downloaded");
        all.add(new Contestant(DUCKDB, Claim.SIDES, (manifest, out, cores) -> List.of(duckDb.path().toString(),
                home.resolve("bench/contestants/split_duckdb.py").toString(), manifest.toString(), out.toString(), Integer.toString(cores)), duckDb.absent()));
        return all;
    }

    private static Contestant copy(String name, Tools.Found program) {
        return new Contestant(name, Claim.LINES, (manifest, out, _) -> List.of(program.path().toString(), manifest.toString(),
                out.resolve("train.manifest").toString(), out.resolve("validation.manifest").toString()), program.absent());
    }

    /** The collector and the heap that Truepipe's own script gives; the compilers as they come. */
    private static List<String> java(Class<?> program, Path manifest, Path out, String... more) {
        String[] arguments = Stream.concat(Stream.of(manifest.toString(), out.toString()), Stream.of(more)).toArray(String[]::new);
        return javaCommand(List.of("-Xmx512m"), List.of(program, Json.class, JsonFactory.class, ObjectMapper.class, JsonFormat.class), program, arguments);
    }

    /** @param libraries a class of each jar that the program needs */
    static List<String> javaCommand(List<String> options, List<Class<?>> libraries, Class<?> program, String... arguments) {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC"));
        line.addAll(options);
        line.addAll(List.of("-cp", String.join(":", libraries.stream().map(Contestant::place).toList()), program.getName()));
        line.addAll(Stream.of(arguments).toList());
        return line;
    }

    private static String place(Class<?> library) {
        try {
            return Path.of(library.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(library + " lies at no path", e);
        }
    }
}
