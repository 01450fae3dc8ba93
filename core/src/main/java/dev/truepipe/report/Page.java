package dev.truepipe.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts every report shares: head and style, links, lists of facts. */
final class Page {
    private static final Pattern WEB = Pattern.compile("(?i)https?://([^\\s\"<>\\p{Cntrl}/?#\\\\]+)[^\\s\"<>\\p{Cntrl}\\\\]*");
    private static final Pattern BESIDE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    /** Longest address that becomes a link, in characters. */
    private static final int MAX_ADDRESS = 4_000;
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

    /**
     * A file or URI, as a link where it is one.
     *
     * @param beside whether the files of the data lie beside this page, so that a relative name leads to them
     */
    static void target(Html html, String target, boolean beside) throws IOException {
        if (target.length() > MAX_ADDRESS) {
            html.code(target);
        } else if (WEB.matcher(target).matches()) {
            html.open("a", "href", target, "rel", "noopener noreferrer").value(target).close();
        } else if (beside && BESIDE.matcher(target).matches()) {
            html.open("a", "href", target).value(target).close();
        } else {
            html.code(target);
        }
    }

    /** Links as facts: a label, then where. */
    static void links(Html html, List<Link> links, boolean beside) throws IOException {
        html.open("dl", "class", "facts");
        for (Link link : links.subList(0, Math.min(MAX_FACTS, links.size()))) {
            fact(html, link.label(), () -> {
                Matcher web = WEB.matcher(link.target());
                if (link.target().length() <= MAX_ADDRESS && web.matches()) {
                    html.open("a", "href", link.target(), "rel", "noopener noreferrer",
                            "aria-label", "Open " + Text.shortened(link.label(), 120)).text("Open").close();
                    html.open("span", "class", "quiet").text(" at ").value(web.group(1)).close();
                } else {
                    target(html, link.target(), beside);
                }
            });
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
