package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be imported is refused in words, with its place and what to do; nothing outside is read. */
class UnreadableImportsTest {
    private static final String COCO = "{\"images\":[{\"id\":1,\"width\":9,\"height\":9,\"file_name\":\"ä.jpg\"}],\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,2,2]}],"
            + "\"categories\":[{\"id\":1,\"name\":\"car\"}]}";
    private static final String LABEL_STUDIO = "[{\"id\":1,\"data\":{\"image\":\"a.jpg\"},\"annotations\":[]}]";
    private static final String CVAT = "<annotations><image id='0' name='a.jpg' width='9' height='9'><box label='car' xtl='1' ytl='1' xbr='3' ybr='3'/></image></annotations>";
    private static final String CSV = "path,label\na.jpg,car\n";

    private static final Function<SourceFile, LabelReader> READ_COCO = file -> new CocoReader(List.of(file));
    private static final Function<SourceFile, LabelReader> READ_CVAT = file -> new CvatReader(List.of(file));
    private static final Function<SourceFile, LabelReader> READ_CSV = file -> new CsvReader(List.of(file));
    private static final Function<SourceFile, LabelReader> READ_LABEL_STUDIO = file -> {
        try {
            return new LabelStudioReader(List.of(file), null, null);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    };
    private static final Map<Function<SourceFile, LabelReader>, String> GOOD = Map.of(READ_COCO, COCO, READ_CVAT, CVAT, READ_CSV, CSV, READ_LABEL_STUDIO, LABEL_STUDIO);

    @TempDir
    private Path folder;

    private static UnreadableSourceException refused(Function<SourceFile, LabelReader> reader, byte[] content) {
        UnreadableSourceException refused = assertThrows(UnreadableSourceException.class,
                () -> Imported.of(reader.apply(Imported.file("export", content)), Imported.below("s3://b/")));
        assertEquals("export", refused.file());
        assertFalse(refused.cure().isBlank());
        assertFalse(refused.getMessage().contains("Exception"), refused.getMessage());
        return refused;
    }

    private static String refused(Function<SourceFile, LabelReader> reader, String content) {
        return refused(reader, content.getBytes(StandardCharsets.UTF_8)).getMessage();
    }

    @Test
    void everyTruncationOfEveryStructuredFileIsRefused() {
        for (Function<SourceFile, LabelReader> reader : List.of(READ_COCO, READ_CVAT, READ_LABEL_STUDIO)) {
            byte[] whole = GOOD.get(reader).getBytes(StandardCharsets.UTF_8);
            for (int length = 0; length < whole.length; length++) {
                refused(reader, java.util.Arrays.copyOf(whole, length));
            }
        }
    }

    /** A connection that breaks says nothing of the file: whoever reads it there tries again. */
    @Test
    void whatTheSourceFailsWithIsNoFaultOfTheFile() throws IOException {
        for (Map.Entry<Function<SourceFile, LabelReader>, String> good : GOOD.entrySet()) {
            byte[] whole = good.getValue().getBytes(StandardCharsets.UTF_8);
            for (int length : new int[] {0, 3, whole.length / 2, whole.length - 1}) {
                IOException broken = new IOException("connection reset");
                SourceFile file = new SourceFile("export", (from, to) -> new SequenceInputStream(new ByteArrayInputStream(whole, 0, length), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw broken;
                    }
                }), Imported.DATE);
                assertSame(broken, assertThrows(IOException.class, () -> Imported.of(good.getKey().apply(file), Imported.below("s3://b/"))), good.getValue());
            }
        }
    }

    @Test
    void aQuoteThatIsNotClosedEndsACsvFile() {
        assertTrue(refused(READ_CSV, "path,label\n\"a.jpg,car\n").contains("line 2"));
        assertTrue(refused(READ_CSV, "path,label\n\"a\"b,car\n").contains("line 2"));
    }

    @Test
    void archivesAreNotUnpacked() throws IOException {
        for (Map.Entry<Function<SourceFile, LabelReader>, String> good : GOOD.entrySet()) {
            ByteArrayOutputStream gzip = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
                out.write(good.getValue().getBytes(StandardCharsets.UTF_8));
            }
            assertTrue(refused(good.getKey(), gzip.toByteArray()).cure().contains("unpack"));
            ByteArrayOutputStream zip = new ByteArrayOutputStream();
            try (ZipOutputStream out = new ZipOutputStream(zip)) {
                out.putNextEntry(new ZipEntry("instances.json"));
                out.write(good.getValue().getBytes(StandardCharsets.UTF_8));
            }
            assertTrue(refused(good.getKey(), zip.toByteArray()).cure().contains("unpack"));
        }
    }

    @Test
    void wrongEncodingsAreNamed() {
        assertTrue(refused(READ_COCO, COCO.getBytes(StandardCharsets.ISO_8859_1)).getMessage().contains("UTF-8"));
        assertTrue(refused(READ_CSV, "path,label\nä.jpg,car\n".getBytes(StandardCharsets.ISO_8859_1)).getMessage().contains("UTF-8"));
        refused(READ_CSV, "path,label\na.jpg,car\n".getBytes(StandardCharsets.UTF_16));
        refused(READ_CVAT, CVAT.replace("a.jpg", "ä.jpg").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void utf16JsonAndAByteOrderMarkAreRead() throws IOException {
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
            byte[] bytes = (charset == StandardCharsets.UTF_8 ? "\ufeff" + COCO : COCO).getBytes(charset);
            assertTrue(Imported.of(READ_COCO.apply(Imported.file("export", bytes)), Imported.below("s3://b/")).manifest().contains("s3://b/ä.jpg"));
        }
    }

    @Test
    void aDocumentTypeIsRefusedBeforeAnythingItNamesIsReadOrGrown() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "SECRET");
        StringBuilder bomb = new StringBuilder("<!DOCTYPE annotations [<!ENTITY e0 \"aaaaaaaaaa\">");
        for (int i = 1; i < 30; i++) {
            bomb.append("<!ENTITY e").append(i).append(" \"").append(("&e" + (i - 1) + ";").repeat(10)).append("\">");
        }
        for (String type : List.of("<!DOCTYPE annotations SYSTEM \"" + secret.toUri() + "\">",
                "<!DOCTYPE annotations [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>",
                "<!DOCTYPE annotations [<!ENTITY % x SYSTEM \"" + secret.toUri() + "\"> %x;]>",
                bomb + "]>")) {
            String entity = type.contains("e29") ? "&e29;" : type.contains("ENTITY x") ? "&x;" : "";
            String message = refused(READ_CVAT, type + CVAT.replace("a.jpg", entity + "a.jpg"));
            assertFalse(message.contains("SECRET"), message);
            refused(READ_CVAT, type + "<annotations><meta><dumped>" + entity + "</dumped></meta></annotations>");
        }
    }

    @Test
    void linksAreNotFollowedAndToldOf() throws IOException {
        Path secret = Files.createDirectories(folder.resolve("outside/secret"));
        Files.writeString(secret.resolve("x.jpg"), "x");
        Path inside = Files.createDirectories(folder.resolve("in/cat"));
        Files.createSymbolicLink(inside.resolve("link.jpg"), secret.resolve("x.jpg"));
        Files.createSymbolicLink(folder.resolve("in/dog"), secret);
        Imported folders = Imported.of(FolderReader.of(folder.resolve("in")), Imported.below("s3://b/"));
        assertEquals("", folders.manifest());
        assertEquals(List.of(ImportCode.LINK_NOT_FOLLOWED, ImportCode.LINK_NOT_FOLLOWED), folders.findings().stream().map(ImportFinding::code).toList());

        Files.createSymbolicLink(folder.resolve("in/images"), folder.resolve("outside"));
        Imported yolo = Imported.of(new YoloReader(folder.resolve("in"), new TreeMap<>(Map.of(0, "car")), "data.yaml"), Imported.below("s3://b/"));
        assertEquals("", yolo.manifest());
        assertEquals(3, yolo.report().skipped());
    }

    @Test
    void otherFormatsAreRecognised() {
        assertTrue(refused(READ_COCO, "[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,2,2],\"score\":0.5}]").contains("results"));
        assertTrue(refused(READ_COCO, "{\"images\":[],\"annotations\":[{\"id\":1,\"image_id\":1,\"caption\":\"A car.\"}]}").contains("captions"));
        assertTrue(refused(READ_COCO, "{\"images\":[],\"annotations\":[{\"id\":1,\"segments_info\":[]}]}").contains("panoptic"));
        assertTrue(refused(READ_COCO, "{\"images\":[],\"annotations\":[{\"id\":1,\"keypoints\":[1,2,2]}]}").contains("keypoints"));
        assertTrue(refused(READ_COCO, "{\"images\":[],\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"person\",\"keypoints\":[\"nose\"]}]}").contains("keypoints"));
        assertTrue(refused(READ_COCO, "{\"annotations\":[]}").contains("images"));
        assertTrue(refused(READ_COCO, COCO + COCO).contains("goes on"));
        assertTrue(refused(READ_COCO, "{\"images\":{},\"annotations\":[]}").contains("no list"));
        assertTrue(refused(READ_COCO, COCO.replace("\"categories\":[", "\"categories\":[{\"id\":1,\"name\":\"x\"},")).contains("two categories"));
        assertTrue(refused(READ_LABEL_STUDIO, COCO).contains("no list of tasks"));
        assertTrue(refused(READ_LABEL_STUDIO, "[{\"id\":1,\"image\":\"a.jpg\",\"label\":\"x\"}]").contains("data"));
        assertTrue(refused(READ_CVAT, "<annotation><object/></annotation>").contains("<annotation>"));
        assertTrue(refused(READ_CVAT, "<annotations><track id='0' label='car'/></annotations>").contains("video"));
        assertTrue(refused(READ_CSV, "a.jpg,car\n").contains("head"));
        assertTrue(refused(READ_CSV, "path,label,left,top,width,height\na.jpg,car,1,1,2,2\n").contains("size"));
    }

    @Test
    void labelsInOrderMustBeAsManyAsTheObjects() {
        SourceFile manifest = Imported.file("m", "[{\"prefix\":\"s3://b/\"},\"a.jpg\",\"b.jpg\"]");
        UnreadableSourceException refused = assertThrows(UnreadableSourceException.class,
                () -> Imported.of(new TraditionalManifestReader(manifest, Imported.file("l", "label\nx\n")), Imported.below("s3://b/")));
        assertTrue(refused.getMessage().contains("1 labels") && refused.getMessage().contains("2"), refused.getMessage());
    }

    @Test
    void deepNestingIsRefused() {
        refused(READ_COCO, "{\"images\":" + "[".repeat(100_000));
        refused(READ_LABEL_STUDIO, "[".repeat(100_000));
        refused(READ_CVAT, "<annotations>" + "<a>".repeat(100_000));
        // Whole files, so that it is the depth that is refused.
        refused(READ_COCO, "{\"images\":[],\"annotations\":[],\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        refused(READ_LABEL_STUDIO, "[{\"id\":1,\"data\":{\"image\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}]");
        refused(READ_CVAT, "<annotations>" + "<a>".repeat(100_000) + "</a>".repeat(100_000) + "</annotations>");
    }

    @Test
    void lookingLikeTextsAndLikeImagesAlikeIsRefused() {
        String task = "{\"id\":1,\"data\":{\"x\":\"%s\"},\"annotations\":[{\"result\":[{\"type\":\"choices\",\"from_name\":\"k\",\"to_name\":\"x\",\"value\":{\"choices\":[\"a\"]}}]}]}";
        UnreadableSourceException refused = refused(READ_LABEL_STUDIO, ("[" + task.formatted("a.jpg") + "," + task.formatted("Hello there") + "]").getBytes(StandardCharsets.UTF_8));
        assertTrue(refused.cure().contains("--label-categories"), refused.cure());
    }

    @Test
    void aLineWithoutAnEndFillsNoMemory() throws IOException {
        String longLine = "7".repeat(BoundedLines.LONGEST + 5);
        BoundedLines lines = new BoundedLines(new java.io.StringReader("a\r\nb\rc\n\n" + longLine + "\nd"));
        List<String> read = new java.util.ArrayList<>();
        for (String line = lines.next(); line != null; line = lines.next()) {
            read.add(line);
        }
        assertEquals(List.of("a", "b", "c", "", longLine.substring(0, BoundedLines.LONGEST + 1), "d"), read);

        Path yolo = Files.createDirectories(folder.resolve("yolo"));
        Files.writeString(yolo.resolve("images.csv"), "image,source-ref,width,height,depth\nimages/a.jpg,s3://b/a.jpg,10,10,3\n");
        Files.writeString(Files.createDirectories(yolo.resolve("labels")).resolve("a.txt"), "0 0.5 0.5 0.2 0.2\n0 " + longLine + "\n");
        Imported imported = Imported.of(new YoloReader(yolo, new TreeMap<>(Map.of(0, "car")), "data.yaml"), Imported.below("s3://b/"));
        assertEquals(List.of(ImportCode.ANNOTATION_INVALID), imported.findings().stream().map(ImportFinding::code).toList());
        assertEquals(1, imported.report().written());

        SourceFile manifest = Imported.file("m", "[{\"prefix\":\"s3://b/\"},\"a.jpg\"]");
        assertTrue(assertThrows(UnreadableSourceException.class, () -> Imported.of(new TraditionalManifestReader(manifest, Imported.file("l", "{\"label\":" + longLine + "}\n")),
                Imported.below("s3://b/"))).getMessage().contains("line 1"));
    }

    @Test
    void otherKindsOfImagesInFoldersCountAndAreLeftOut() throws IOException {
        Path cats = Files.createDirectories(folder.resolve("pets/cat"));
        Files.writeString(cats.resolve("1.webp"), "x");
        Files.writeString(cats.resolve("2.jpg"), "x");
        Imported imported = Imported.of(FolderReader.of(folder.resolve("pets")), Imported.below("s3://b/"));
        assertEquals(List.of(2L, 1L, 1L), List.of(imported.report().images(), imported.report().written(), imported.report().skipped()));
        assertEquals(List.of(ImportCode.IMAGE_UNREADABLE), imported.findings().stream().map(ImportFinding::code).toList());
    }

    @Test
    void rulesArePartedWhereAnAddressBegins() {
        Map<String, List<String>> rules = Map.of("a=b", List.of("a", "b"), "/data/local-files/?d=shelf/=s3://b/shelf/", List.of("/data/local-files/?d=shelf/", "s3://b/shelf/"),
                "s3://old/=s3://new/x=y/", List.of("s3://old/", "s3://new/x=y/"), "https://h/?f=a/=a/", List.of("https://h/?f=a/", "a/"), "a=", List.of("a", ""));
        rules.forEach((rule, parts) -> assertEquals(Map.entry(parts.getFirst(), parts.getLast()), ObjectUris.map(rule)));
        for (String none : List.of("", "a", "=s3://b/", "=")) {
            assertThrows(IllegalArgumentException.class, () -> ObjectUris.map(none));
        }
    }
}
