package dev.truepipe.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The parts every report shares: head and style, links, lists of facts. */
final class Page {
    private static final Pattern WEB = Pattern.compile("(?i)https?://[^\\s\"<>\\p{Cntrl}]+");
    private static final Pattern BESIDE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    private static final int MAX_FACTS = 200;
    private static final String STYLE = style();

    private Page() {}

    /** One row of a list of facts. */
    interface Content {
        void write() throws IOException;
    }

    static Html begin(Appendable out, String title) throws IOException {
        out.append("<!DOCTYPE html>\n");
        Html html = new Html(out);
        html.open("html", "lang", "en");
        html.open("head");
        html.empty("meta", "charset", "utf-8");
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.empty("meta", "http-equiv", "Content-Security-Policy",
                "content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
        html.element("title", Text.shortened(title, 200));
        html.open("style").trusted("\n" + STYLE).close();
        html.close();
        return html.open("body");
    }

    static void end(Html html, String writtenAt) throws IOException {
        html.open("footer").open("p").text("Written by Truepipe, ").value(writtenAt)
                .text(". This page is one file: it loads nothing and runs nothing.").close().close();
        html.close().close().trusted("\n");
    }

    /** A link where the target is one, else text to copy. */
    static void link(Html html, String label, String target) throws IOException {
        if (WEB.matcher(target).matches()) {
            html.open("a", "href", target, "rel", "noopener noreferrer").value(label).close();
        } else if (BESIDE.matcher(target).matches()) {
            html.open("a", "href", target).value(label).close();
        } else {
            html.code(target);
        }
    }

    /** Links as facts: a label, then where. */
    static void links(Html html, List<Link> links) throws IOException {
        html.open("dl", "class", "facts");
        for (Link link : links.subList(0, Math.min(MAX_FACTS, links.size()))) {
            fact(html, link.label(), () -> link(html, link.target(), link.target()));
        }
        html.close();
        if (links.size() > MAX_FACTS) {
            more(html, links.size() - MAX_FACTS, "link", "links");
        }
    }

    static void fact(Html html, String label, Content content) throws IOException {
        html.open("div");
        html.open("dt").value(label).close();
        html.open("dd");
        content.write();
        html.close().close();
    }

    static void more(Html html, long more, String one, String many) throws IOException {
        html.element("p", "and " + Text.count(more, "more " + one, "more " + many), "class", "quiet");
    }

    private static String style() {
        try (InputStream css = Page.class.getResourceAsStream("report.css")) {
            if (css == null) {
                throw new IllegalStateException("report.css is missing beside " + Page.class.getName() + "; build core again");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read report.css beside " + Page.class.getName(), e);
        }
    }
}
