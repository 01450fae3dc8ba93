package dev.truepipe.importing;

/**
 * Where something stands in what is imported.
 *
 * @param file path or URI
 * @param line from 1; 0 where lines mean nothing
 * @param at the element: a JSON pointer, or in words; {@code null} if the line says it all
 * @param id that the tool gave it; {@code null} if none
 */
public record Place(String file, long line, String at, String id) {
    static Place line(String file, long line) {
        return new Place(file, line, null, null);
    }

    static Place of(String file) {
        return new Place(file, 0, null, null);
    }

    static Place element(String file, String at, Object id) {
        return new Place(file, 0, at, id == null ? null : id.toString());
    }

    /** For people: {@code labels.json /images/3 (id 17)}. */
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + (at == null ? "" : " " + at) + (id == null ? "" : " (id " + id + ")");
    }
}
