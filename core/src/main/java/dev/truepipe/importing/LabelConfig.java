package dev.truepipe.importing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What a labeling interface of Label Studio ({@code <View>…}) says: the classes of each control in their order, and which member of
 * {@code data} each object tag shows.
 *
 * @see <a href="https://labelstud.io/tags/">Label Studio tags</a>
 */
final class LabelConfig {
    /** Classes by control. */
    private final Map<String, List<String>> classes = new LinkedHashMap<>();
    /** Members of {@code data} by object tag. */
    private final Map<String, String> members = new HashMap<>();
    private final Map<String, Boolean> texts = new HashMap<>();

    private LabelConfig() {}

    /** @throws UnreadableSourceException if it is no whole XML, or has a document type */
    static LabelConfig read(SourceFile file) throws IOException {
        LabelConfig config = new LabelConfig();
        XmlSource.read(file, xml -> config.read(xml));
        if (config.classes.isEmpty()) {
            throw file.unreadable("has no control with classes", "give the labeling interface of the project (Settings, Labeling Interface, Code), or a label category configuration file");
        }
        return config;
    }

    private void read(XMLStreamReader xml) throws XMLStreamException {
        List<String> open = new ArrayList<>();
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamReader.START_ELEMENT) {
                String name = xml.getAttributeValue(null, "name");
                String value = xml.getAttributeValue(null, "value");
                String target = xml.getAttributeValue(null, "toName");
                if (name != null && target != null) {
                    classes.putIfAbsent(name, new ArrayList<>());
                } else if (name != null && value != null && value.startsWith("$")) {
                    members.put(name, value.substring(1));
                    texts.put(name, xml.getLocalName().contains("Text"));
                }
                String control = open.stream().filter(one -> !one.isEmpty()).reduce((_, last) -> last).orElse(null);
                if (value != null && control != null && (xml.getLocalName().equals("Label") || xml.getLocalName().equals("Choice"))) {
                    classes.get(control).add(value);
                }
                open.add(name != null && target != null ? name : "");
            } else if (event == XMLStreamReader.END_ELEMENT) {
                open.removeLast();
            }
        }
        classes.values().removeIf(List::isEmpty);
    }

    /** Classes of a control, in order; {@code null} if it has none, or is not there. */
    List<String> classes(String control) {
        return control == null ? classes.values().iterator().next() : classes.get(control);
    }

    /** The member of {@code data} that an object tag shows; {@code null} if not known. */
    String member(String tag) {
        return members.get(tag);
    }

    /** Whether an object tag shows text; {@code null} if not known. */
    Boolean isText(String tag) {
        return texts.get(tag);
    }
}
