package dev.truepipe.examples.streetcars.scene;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A dataset as a labeling job leaves it: pictures and an augmented manifest.
 *
 * @param images every picture once, in the order of the manifest's first mention
 * @param manifest UTF-8 JSON Lines, each line ended by one {@code \n}; shared, not copied: do not write into it
 * @param defects how many lines carry each planted defect; empty when none was asked for
 */
public record LabeledScenes(List<Scene> images, byte[] manifest, Map<Defect, Integer> defects) {
    public LabeledScenes {
        images = List.copyOf(images);
        defects = Map.copyOf(defects);
    }

    /**
     * Writes {@code output.manifest} and, under {@code images/}, one JPEG a scene.
     *
     * @param folder made when absent; files of the same names are replaced
     * @throws IOException if the folder cannot be written
     */
    public void writeTo(Path folder) throws IOException {
        for (Scene scene : images) {
            Path file = folder.resolve(scene.key());
            Files.createDirectories(file.getParent());
            Files.write(file, scene.jpeg());
        }
        Files.createDirectories(folder);
        Files.write(folder.resolve("output.manifest"), manifest);
    }
}
