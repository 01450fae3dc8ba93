package dev.truepipe.bench;

import com.fasterxml.jackson.databind.cfg.PackageVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Facts of the machine that measures. */
final class Machine {
    static final int CORES = Runtime.getRuntime().availableProcessors();

    private Machine() {}

    static Map<String, String> facts(Tools tools) throws IOException, InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("CPU", line(Path.of("/proc/cpuinfo"), "model name") + ", " + CORES + " cores");
        facts.put("Memory", String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(line(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "")) / 1048576.0));
        facts.put("Load before", Files.readString(Path.of("/proc/loadavg")).split(" ")[0] + " (processes wanting a core, over a minute)");
        facts.put("Kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JDK", System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
        facts.put("Jackson", PackageVersion.VERSION.toString());
        facts.putAll(tools.versions());
        return facts;
    }

    private static String line(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream().filter(line -> line.startsWith(name)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
    }
}
