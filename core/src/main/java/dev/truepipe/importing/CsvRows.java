package dev.truepipe.importing;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads CSV row by row: RFC 4180 in UTF-8, a byte order mark allowed. Cells are parted by commas, or by semicolons or tabs if the first row has
 * no comma; blank lines are passed over.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
 */
final class CsvRows implements Closeable {
    /** A row that is longer is none: a quote was not closed. */
    private static final int LONGEST_ROW = 1 << 20;

    private final SourceFile file;
    private final Reader in;
    private char separator;
    private int next;
    /** Of the character that comes next. */
    private long line = 1;
    private long rowLine;

    CsvRows(SourceFile file) throws IOException {
        this.file = file;
        this.in = new BufferedReader(new InputStreamReader(file.open(), StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)), 64 << 10);
        in.mark(LONGEST_ROW);
        StringBuilder first = new StringBuilder();
        for (int c = read(); c >= 0 && c != '\n' && first.length() < LONGEST_ROW - 1; c = read()) {
            first.append((char) c);
        }
        separator = first.indexOf(",") >= 0 ? ',' : first.indexOf(";") >= 0 ? ';' : first.indexOf("\t") >= 0 ? '\t' : ',';
        in.reset();
        next = read();
        if (next == '\ufeff') {
            next = read();
        }
    }

    /** The next row's cells; {@code null} at the end. @throws UnreadableSourceException if it is no CSV, or no UTF-8 */
    List<String> next() throws IOException {
        while (next == '\n' || next == '\r') {
            advance();
        }
        if (next < 0) {
            return null;
        }
        rowLine = line;
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        int length = 0;
        while (true) {
            if (++length > LONGEST_ROW) {
                throw file.unreadable("the row that begins at line " + rowLine + " does not end", "close its quote");
            }
            if (next == '"' && cell.isEmpty()) {
                length += quoted(cell);
                if (next != separator && next != '\n' && next != '\r' && next >= 0) {
                    throw file.unreadable("something stands behind a closing quote at line " + line, "double the quotes within a cell");
                }
            }
            if (next == separator) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else if (next < 0 || next == '\n' || next == '\r') {
                cells.add(cell.toString());
                return cells;
            } else {
                cell.append((char) next);
            }
            advance();
        }
    }

    /** Reads up to behind the closing quote. */
    private int quoted(StringBuilder cell) throws IOException {
        advance();
        while (true) {
            if (next < 0 || cell.length() > LONGEST_ROW) {
                throw file.unreadable("a quote in the row that begins at line " + rowLine + " is not closed", "close it");
            }
            if (next == '"') {
                advance();
                if (next != '"') {
                    return cell.length();
                }
            }
            cell.append((char) next);
            advance();
        }
    }

    private void advance() throws IOException {
        line += next == '\n' ? 1 : 0;
        next = read();
    }

    private int read() throws IOException {
        try {
            return in.read();
        } catch (CharacterCodingException e) {
            throw new UnreadableSourceException(file.name(), "is not UTF-8, about line " + line, "save it as UTF-8", e);
        }
    }

    /** Line of the file on which the last row begins, from 1. */
    long line() {
        return rowLine;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** A finite or infinite number as Python and C print them; NaN if it is none. */
    static double number(String text) {
        String plain = text.strip();
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
                return Double.NaN;
            }
        }
        try {
            return Double.parseDouble(plain);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Whole pixels above 0; 0 if it is none. */
    static int pixels(String text) {
        double number = number(text);
        return number > 0 && number <= Integer.MAX_VALUE ? (int) Math.round(number) : 0;
    }
}
