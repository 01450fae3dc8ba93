package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Which module may see which. Read from the build files: a module cannot compile against what its own, and those of the modules it
 * names, do not name.
 */
class ModuleArrowsTest {
    private static final Path ROOT = Path.of(System.getProperty("truepipe.root"));
    private static final String PREFIX = "truepipe-";

    /** Module of the design → modules it names. Nobody names infra; cli is named only by bench, which measures it, ships nothing, and is named by nobody. */
    private static final Map<String, List<String>> ARROWS = new TreeMap<>(Map.of(
            "core", List.of(),
            "functions", List.of("core"),
            "emulator", List.of("core"),
            "infra", List.of("functions"),
            "street-cars", List.of(),
            "cli", List.of("core", "emulator", "functions", "street-cars"),
            "bench", List.of("cli", "core")));

    @Test
    void modulesPointInward() throws Exception {
        Map<String, List<String>> found = new TreeMap<>();
        for (Path folder : folders()) {
            Document pom = parse(folder.resolve("pom.xml"));
            String name = texts(pom, "/project/artifactId").getFirst().substring(PREFIX.length());
            // Test scope too: tests of the emulator that knew functions would tie the two together as surely.
            found.put(name, new TreeSet<>(texts(pom, "/project//dependency[groupId='dev.truepipe']/artifactId")).stream()
                    .map(artifact -> artifact.substring(PREFIX.length()))
                    .toList());
        }

        assertEquals(ARROWS, found);
    }

    @Test
    void theCoreNamesNoLibraryButTheStreamingParser() throws Exception {
        assertEquals(List.of("jackson-core"), texts(parse(ROOT.resolve("core/pom.xml")), "/project/dependencies/dependency[not(scope='test')]/artifactId"));
    }

    /** Of the modules. */
    static List<Path> folders() throws Exception {
        List<Path> folders = texts(parse(ROOT.resolve("pom.xml")), "/project/modules/module").stream().map(ROOT::resolve).toList();
        assertFalse(folders.isEmpty(), "the root pom names its modules");
        return folders;
    }

    private static Document parse(Path pom) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(pom.toFile());
    }

    private static List<String> texts(Document pom, String path) throws Exception {
        NodeList nodes = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, pom, XPathConstants.NODESET);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent().strip());
        }
        return texts;
    }
}
