package dev.truepipe.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What the labels were, as one HTML file: written by {@code SealDataset} beside {@code dataset.json}.
 *
 * <p>The same content gives the same bytes. Long lists are cut and say so, so that the page stays under 4 MiB
 * whatever it is handed.
 */
public final class DataReport {
    /** Examples shown for one code. */
    public static final int MAX_EXAMPLES = 3;

    private DataReport() {}

    /** The page in UTF-8. */
    public static byte[] html(DataReportContent content) {
        StringBuilder page = new StringBuilder(32 * 1024);
        try {
            render(content, page);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: writing to memory", e);
        }
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes the page; the bytes must be stored as UTF-8.
     *
     * @throws IOException if {@code out} refuses; the page is then half written
     */
    public static void render(DataReportContent content, Appendable out) throws IOException {
        Html html = Page.begin(out, content.dataset() + ": the labels of version " + content.version());
        html.open("header");
        html.element("p", "Labels", "class", "eyebrow");
        html.open("h1").value(content.dataset()).close();
        html.open("p", "class", "lead").text("Version ").code(content.version()).text(", ").value(content.writtenAt()).close();
        labels(html, content);
        html.close();
        html.open("main");
        new DataSections(html, content, 2, true).write();
        html.close();
        Page.end(html, content.writtenAt());
    }

    static void labels(Html html, DataReportContent content) throws IOException {
        html.open("p", "class", "quiet");
        if (content.task() == null) {
            html.text("The task could not be inferred.");
        } else {
            html.text("Task ").value(content.task());
            if (content.labelAttribute() != null) {
                html.text(", label attribute ").code(content.labelAttribute());
            }
        }
        html.close();
    }
}
