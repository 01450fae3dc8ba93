package dev.truepipe.importing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.CharConversionException;
import java.io.IOException;

/**
 * Reads JSON of other tools in a stream. {@code NaN} and {@code Infinity}, which Python writes, are numbers here, so that they get a finding
 * where they stand; everything else is RFC 8259 (UTF-8, UTF-16 or UTF-32), nested at most 1,000 deep.
 */
final class JsonSource {
    private static final JsonFactory FACTORY = JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

    private JsonSource() {}

    /** What is done with the file's tokens. */
    @FunctionalInterface
    interface Reading<T> {
        T read(JsonParser parser) throws IOException;
    }

    /** Reads a file. @throws UnreadableSourceException if it is no JSON, or breaks off */
    static <T> T read(SourceFile file, Reading<T> reading) throws IOException {
        try (JsonParser parser = FACTORY.createParser(file.open())) {
            return reading.read(parser);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
            throw new UnreadableSourceException(file.name(), "is not whole JSON" + where + ": " + ImportReport.shown(firstLine(e)), "export or download it again", e);
        } catch (CharConversionException e) {
            throw new UnreadableSourceException(file.name(), "is not UTF-8: " + ImportReport.shown(firstLine(e)), "save it as UTF-8", e);
        }
    }

    private static String firstLine(IOException e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
    }
}
