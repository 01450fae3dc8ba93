package dev.truepipe.cli;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code truepipe}: exit code 0 fine, 1 the data or job is not fine, 2 wrong usage or unreadable input. */
@Command(
        name = "truepipe",
        description = "Labels arrive; good ones train a model; bad ones wait in quarantine with a reason.",
        mixinStandardHelpOptions = true,
        versionProvider = Truepipe.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:fine", "1:the data or job is not fine", "2:wrong usage or unreadable input"})
public final class Truepipe implements Runnable {
    private static final Map<String, Supplier<Callable<Integer>>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("demo", DemoCommand::new);
        COMMANDS.put("check", CheckCommand::new);
        COMMANDS.put("split", SplitCommand::new);
        COMMANDS.put("import", ImportCommand::new);
        COMMANDS.put("export", ExportCommand::new);
        COMMANDS.put("plan", PlanCommand::new);
        COMMANDS.put("pipe", PipeCommand::new);
        COMMANDS.put("up", UpCommand::new);
        COMMANDS.put("trigger", TriggerCommand::new);
        COMMANDS.put("prepare", PrepareCommand::new);
    }

    @Spec
    private CommandSpec spec;

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        CommandLine line = commandLine(args.length > 0 && COMMANDS.containsKey(args[0]) ? List.of(args[0]) : COMMANDS.keySet());
        int code = line.execute(args);
        line.getOut().flush();
        line.getErr().flush();
        System.exit(code);
    }

    /** The commands, ready to be executed; tests set its streams. */
    public static CommandLine commandLine() {
        return commandLine(COMMANDS.keySet());
    }

    /** @param names of the commands that may come up: to read what the others say of themselves takes time */
    private static CommandLine commandLine(Collection<String> names) {
        CommandLine line = new CommandLine(new Truepipe());
        names.forEach(name -> line.addSubcommand(COMMANDS.get(name).get()));
        line.getSubcommands().values().forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        line.setExecutionExceptionHandler(Truepipe::failed);
        line.setParameterExceptionHandler(Truepipe::misused);
        line.setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: " + spec.subcommands().entrySet().stream()
                .filter(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", ")));
    }

    private static int failed(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        UnreadableInput unreadable = failure instanceof UnreadableInput known ? known : unexpected(failure);
        return report(unreadable, line, parsed.originalArgs());
    }

    private static UnreadableInput unexpected(Exception failure) {
        String message = failure instanceof IOException e ? UnreadableInput.words(e) : failure.toString();
        return new UnreadableInput(null, message, "if this is not about your files, please report it");
    }

    private static int misused(ParameterException misuse, String[] args) {
        CommandLine line = misuse.getCommandLine();
        String help = line.getCommandSpec().qualifiedName() + " --help";
        return report(new UnreadableInput(null, misuse.getMessage(), "see " + help), line, Arrays.asList(args));
    }

    private static int report(UnreadableInput unreadable, CommandLine line, List<String> args) {
        String file = unreadable.file();
        if (args.contains("--json")) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("file", file);
            error.put("message", unreadable.getMessage());
            error.put("cure", unreadable.cure());
            line.getOut().println(Json.text(Map.of("error", error)));
            line.getOut().flush();
        }
        line.getErr().println("truepipe: " + (file == null ? "" : file + ": ") + unreadable.getMessage() + "; " + unreadable.cure());
        line.getErr().flush();
        return CommandLine.ExitCode.USAGE;
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Truepipe.class.getPackage().getImplementationVersion();
            return new String[] {"truepipe " + (version == null ? "(built from classes)" : version)};
        }
    }
}
