package dev.truepipe.report;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Writes HTML that is also well-formed XML: every element is closed, every attribute quoted, every text escaped.
 *
 * <p>There is no way to write text unescaped but {@link #trusted}, which is for the style sheet and Base64.
 */
final class Html {
    /** Elements that begin a line of their own, so that two reports can be compared by eye. */
    private static final Set<String> BLOCKS = Set.of(
            "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "section", "article", "h1", "h2",
            "h3", "h4", "p", "div", "ul", "ol", "li", "dl", "table", "caption", "thead", "tbody", "tr", "figure",
            "figcaption", "details", "svg", "g", "path", "rect", "line", "circle", "image");

    private final Appendable out;
    private final Deque<String> open = new ArrayDeque<>();

    Html(Appendable out) {
        this.out = out;
    }

    /** @param attributes names and values in turn; a {@code null} value leaves its attribute out */
    Html open(String name, String... attributes) throws IOException {
        tag(name, attributes);
        out.append('>');
        open.push(name);
        return this;
    }

    Html close() throws IOException {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element without content: a void element of HTML, or any of SVG. */
    Html empty(String name, String... attributes) throws IOException {
        tag(name, attributes);
        out.append("/>");
        return this;
    }

    Html element(String name, String text, String... attributes) throws IOException {
        return open(name, attributes).text(text).close();
    }

    /** Our own words. */
    Html text(String text) throws IOException {
        escape(Text.visible(text));
        return this;
    }

    /** Words that came with the data: shortened if very long, and kept from turning the text around them. */
    Html value(String value) throws IOException {
        return element("bdi", Text.shortened(value));
    }

    /** A name to copy, such as a URI. */
    Html code(String value) throws IOException {
        return element("code", Text.shortened(value), "dir", "ltr");
    }

    /** Text that is safe as it is: the style sheet, Base64. */
    Html trusted(String text) throws IOException {
        out.append(text);
        return this;
    }

    private void tag(String name, String... attributes) throws IOException {
        if (BLOCKS.contains(name)) {
            out.append('\n');
        }
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            if (attributes[i + 1] != null) {
                out.append(' ').append(attributes[i]).append("=\"");
                escape(Text.visible(attributes[i + 1]));
                out.append('"');
            }
        }
    }

    private void escape(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
    }
}
