package dev.truepipe.examples.streetcars.detector;

import dev.truepipe.examples.streetcars.scene.Scene;
import dev.truepipe.examples.streetcars.scene.StreetScenes;
import java.util.ArrayList;
import java.util.List;

/** Drawn streets as examples to learn from: only tests know both sides. */
final class Streets {
    private Streets() {}

    static List<Container.Example> of(long seed, int count) {
        List<Container.Example> examples = new ArrayList<>();
        for (Scene scene : StreetScenes.withoutDefects(seed, count, "street-cars", "bucket").images()) {
            examples.add(new Container.Example(scene.jpeg(), scene.cars().stream()
                    .map(c -> new Box(c.classId(), c.left(), c.top(), c.width(), c.height())).toList()));
        }
        return examples;
    }

    /** The same pictures, each with the boxes of another. */
    static List<Container.Example> withBoxesOfOthers(List<Container.Example> examples) {
        List<Container.Example> mixed = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            mixed.add(new Container.Example(examples.get(i).jpeg(), examples.get((i + 17) % examples.size()).boxes()));
        }
        return mixed;
    }
}
