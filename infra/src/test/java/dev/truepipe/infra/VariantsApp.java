package dev.truepipe.infra;

import dev.truepipe.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awscdk.App;
import software.amazon.awscdk.StackProps;

/** Every variant in one assembly, {@code <variant>.template.json} each. Started by {@link VariantsIT}. */
public final class VariantsApp {
    private VariantsApp() {}

    /** @param args none */
    public static void main(String[] args) throws Exception {
        App app = new App();
        Path jar = Files.writeString(Path.of("functions.jar").toAbsolutePath(), "stand-in for the functions");
        for (Variant variant : Variant.all()) {
            Settings settings = Stacks.settings(variant.yaml());
            new PipelineStack(app, variant.name(), StackProps.builder().stackName(variant.stack()).build(), settings, new InfraApp.Inputs(jar, Stacks.definition()));
        }
        app.synth();
    }
}
