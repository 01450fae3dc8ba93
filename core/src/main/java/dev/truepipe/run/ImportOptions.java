package dev.truepipe.run;

import dev.truepipe.importing.ImportFormat;
import dev.truepipe.importing.ObjectUris;
import dev.truepipe.storage.S3Uri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How exports of another tool become manifests: what {@code truepipe import} is told by its arguments. In the compiled settings of a dataset
 * {@code "format":"label-studio","import":{"s3Prefix":"s3://…","map":["FROM=TO"],"from":"…"}}.
 *
 * @param label the label attribute that manifests get: the first of the dataset's
 * @param prefix where the images lie, or {@code null}
 * @param maps rules {@code FROM=TO}, in the order in which they are tried
 * @param control of Label Studio the control whose labels are taken, or {@code null}
 * @param categories names of all classes, by id; empty: the format's own
 */
record ImportOptions(ImportFormat format, String label, S3Uri prefix, List<String> maps, String control, List<String> categories) {
    ImportOptions {
        maps = List.copyOf(maps);
        categories = List.copyOf(categories);
    }

    /** The format of a dataset's labels; {@code null} if they are manifests. */
    static ImportFormat format(Map<String, Object> settings) {
        String word = Fields.textOrNull(settings, "format");
        return word == null ? null : ImportFormat.find(word).orElseThrow(() -> new IllegalArgumentException("there is no format \"" + word + "\""));
    }

    /** Of a dataset with a format, its category file resolved. */
    static ImportOptions of(Map<String, Object> settings) {
        Map<String, Object> options = Fields.object(settings, "import");
        Map<String, Object> categories = Fields.objectOrNull(settings, "labelCategories");
        String prefix = Fields.textOrNull(options, "s3Prefix");
        return new ImportOptions(
                format(settings),
                Fields.texts(settings, "label").getFirst(),
                prefix == null ? null : S3Uri.parse(prefix),
                options.get("map") == null ? List.of() : Fields.texts(options, "map"),
                Fields.textOrNull(options, "from"),
                categories == null ? List.of() : Fields.texts(categories, "names"));
    }

    ObjectUris uris() {
        Map<String, String> rules = new LinkedHashMap<>();
        for (String map : maps) {
            Map.Entry<String, String> rule = ObjectUris.map(map);
            rules.putIfAbsent(rule.getKey(), rule.getValue());
        }
        return new ObjectUris(prefix, rules);
    }

    /** All that the bytes of a manifest depend on beside the export. */
    List<Object> identity() {
        List<Object> identity = new ArrayList<>();
        identity.add(format.word());
        identity.add(label);
        identity.add(prefix == null ? null : prefix.toString());
        identity.add(maps);
        identity.add(control);
        identity.add(categories);
        return identity;
    }

    /** Words of an import as a dataset's settings have them, where the command line has options. */
    static String inSettings(String text) {
        return text.replace("give the labeling interface: --label-categories interface.xml", "import it by hand, with its labeling interface")
                .replace("--s3-prefix", "import.s3Prefix").replace("--map", "import.map").replace("--from", "import.from")
                .replace("--label-categories", "labelCategories");
    }
}
