package dev.truepipe.manifest;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.JsonCursor.Broken;
import dev.truepipe.manifest.JsonCursor.Key;
import dev.truepipe.manifest.JsonCursor.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the line of one labeling job as another job would have: its label attribute under the canonical name, its class ids as
 * the dataset counts them. Only the names and ids themselves are replaced, at the places where they stand; everything between
 * them, white space and spelling included, stays byte for byte.
 *
 * <p>Two kinds of member are removed, with one comma, since they would say something wrong or twice:
 *
 * <ul>
 *   <li>what stands under the canonical names already when another attribute takes them: the metadata of an object that the
 *       first job gave up, or a label that is {@code null};
 *   <li>an entry of a class map or confidence map that is renumbered, if its id is none of the job's (it would come to name
 *       another class), or if an earlier one spells the same id ({@code "1"} and {@code "01"}).
 * </ul>
 *
 * <p>What comes out is read again before it is handed out: it must be JSON as strict as what went in, with one label and no
 * class id but the dataset's.
 */
public final class LineSplicer {
    private static final Key CONFIDENCE_MAP = Key.of("confidence-map");
    private static final byte[] NOTHING = {};

    private final LineScanner.Name canonical;
    private final byte[] labelName;
    private final byte[] metadataName;
    private final JsonCursor cursor = new JsonCursor();
    private final KeyOrder labelKeys = new KeyOrder(LineScanner.ANNOTATIONS);
    private final KeyOrder boxKeys = new KeyOrder(LineScanner.CLASS_ID);
    private final KeyOrder metadataKeys = new KeyOrder(LineScanner.CLASS_MAP, LineScanner.CLASS_MAP_AS_IN_3D, CONFIDENCE_MAP);
    private final List<Edit> edits = new ArrayList<>();
    private LineScanner.Name last;
    private byte[] result = new byte[8 << 10];
    private int length;

    /** Bytes of a line that others take the place of; offsets count from the line's first byte. */
    record Edit(int from, int to, byte[] with) {}

    /** @param canonical name of the label attribute that every line shall have */
    public LineSplicer(String canonical) {
        this.canonical = LineScanner.Name.of(canonical);
        this.last = this.canonical;
        this.labelName = content(canonical);
        this.metadataName = content(canonical + LineScanner.METADATA_SUFFIX);
    }

    private static byte[] content(String name) {
        byte[] text = Json.bytes(name);
        return Arrays.copyOfRange(text, 1, text.length - 1);
    }

    /** Bytes that an array must have behind a line to be spliced, the newline included. */
    public static int slack() {
        return JsonCursor.SLACK;
    }

    /**
     * Splices a line that was accepted.
     *
     * @param bytes holds the line, behind it a newline and {@link #slack} bytes in all
     * @param label the label attribute that the line was judged by
     * @param ids what its class ids become; {@code null}: they stay
     * @return the spliced line's length; its bytes are at the start of {@link #result}
     * @throws IllegalArgumentException if the line is none that was accepted under this label, with class ids of this job
     */
    public int splice(byte[] bytes, int from, int lineLength, String label, ClassIds ids) {
        if (!last.text().equals(label)) {
            last = LineScanner.Name.of(label);
        }
        boolean renames = !label.equals(canonical.text());
        walk(bytes, from, last, renames, ids);
        put(bytes, from, lineLength);
        List<Edit> made = List.copyOf(edits);
        walk(result, 0, canonical, false, ids == null ? null : ids.result());
        if (!edits.isEmpty()) {
            throw new IllegalArgumentException("a spliced line would have to be spliced again, at byte " + edits.getFirst().from());
        }
        edits.addAll(made);
        return length;
    }

    /** Holds the line spliced last, at its start. The same array or a larger one each time. */
    public byte[] result() {
        return result;
    }

    /** What was replaced in the line spliced last, in order. */
    List<Edit> edits() {
        return List.copyOf(edits);
    }

    private void put(byte[] bytes, int from, int lineLength) {
        edits.sort(Comparator.comparingInt(Edit::from));
        int size = lineLength;
        for (Edit edit : edits) {
            size += edit.with().length - (edit.to() - edit.from());
        }
        if (result.length < size + JsonCursor.SLACK) {
            result = new byte[Math.addExact(size, (size >> 1) + JsonCursor.SLACK)];
        }
        length = 0;
        int at = 0;
        for (Edit edit : edits) {
            append(bytes, from + at, edit.from() - at);
            append(edit.with(), 0, edit.with().length);
            at = edit.to();
        }
        append(bytes, from + at, lineLength - at);
        result[length] = '\n';
    }

    private void append(byte[] bytes, int from, int count) {
        System.arraycopy(bytes, from, result, length, count);
        length += count;
    }

    private void walk(byte[] bytes, int from, LineScanner.Name label, boolean renames, ClassIds ids) {
        edits.clear();
        cursor.begin(bytes, from);
        try {
            if (cursor.value() != Kind.OBJECT || !line(from, label, renames, ids)) {
                throw new IllegalArgumentException("no object with \"" + label.text() + "\"");
            }
            cursor.end();
        } catch (Broken broken) {
            throw new IllegalArgumentException(broken.code + " at byte " + (broken.at - from), broken);
        }
    }

    /** @return whether the label is there */
    private boolean line(int from, LineScanner.Name label, boolean renames, ClassIds ids) throws Broken {
        Members members = new Members(from);
        boolean labeled = false;
        while (cursor.nextKey()) {
            members.key(cursor);
            if (cursor.keyIs(label.label())) {
                labeled = true;
                if (renames) {
                    members.rename(labelName);
                }
                label(from, ids);
            } else if (cursor.keyIs(label.metadata())) {
                if (renames) {
                    members.rename(metadataName);
                }
                metadata(from, ids);
            } else if (renames && cursor.keyIs(canonical.label())) {
                Kind kind = cursor.value();
                if (kind != Kind.NULL) {
                    throw new IllegalArgumentException("two labels: \"" + canonical.text() + "\" and \"" + label.text() + "\"");
                }
                members.remove();
            } else if (renames && cursor.keyIs(canonical.metadata())) {
                cursor.skip(cursor.value());
                members.remove();
            } else {
                cursor.skip(cursor.value());
            }
            members.end(cursor);
        }
        members.edit();
        return labeled;
    }

    private void label(int from, ClassIds ids) throws Broken {
        int at = cursor.valueAt();
        Kind kind = cursor.value();
        if (ids == null) {
            cursor.skip(kind);
        } else if (kind == Kind.ARRAY) {
            while (cursor.nextItem()) {
                int item = cursor.valueAt();
                id(from, item, cursor.value(), ids);
            }
        } else if (kind == Kind.OBJECT) {
            while (cursor.nextKey(labelKeys)) {
                boolean annotations = labelKeys.field() != KeyOrder.OTHER;
                Kind inner = cursor.value();
                if (annotations && inner == Kind.ARRAY) {
                    annotations(from, ids);
                } else {
                    cursor.skip(inner);
                }
            }
        } else {
            id(from, at, kind, ids);
        }
    }

    private void annotations(int from, ClassIds ids) throws Broken {
        while (cursor.nextItem()) {
            Kind item = cursor.value();
            if (item != Kind.OBJECT) {
                cursor.skip(item);
                continue;
            }
            while (cursor.nextKey(boxKeys)) {
                boolean classId = boxKeys.field() != KeyOrder.OTHER;
                int at = cursor.valueAt();
                Kind kind = cursor.value();
                if (classId) {
                    id(from, at, kind, ids);
                } else {
                    cursor.skip(kind);
                }
            }
        }
    }

    /** Replaces the number just read, or what is between the quotes of the text just read. */
    private void id(int from, int at, Kind kind, ClassIds ids) {
        long id = kind == Kind.NUMBER ? cursor.wholeOr(-1) : kind == Kind.TEXT ? cursor.wholeTextOr(-1) : -1;
        int becomes = known(id, ids);
        if (becomes < 0) {
            throw new IllegalArgumentException("a class id at byte " + (at - from) + " is none of the job's");
        }
        if (becomes != id) {
            boolean text = kind == Kind.TEXT;
            edits.add(new Edit((text ? cursor.textFrom() : at) - from, (text ? cursor.textTo() : cursor.position()) - from, digits(becomes)));
        }
    }

    private static int known(long id, ClassIds ids) {
        return id < 0 || id > LineJudge.MAX_CLASS_ID ? -1 : ids.of((int) id);
    }

    private static byte[] digits(int id) {
        return Json.bytes((long) id);
    }

    private void metadata(int from, ClassIds ids) throws Broken {
        Kind kind = cursor.value();
        if (ids == null || kind != Kind.OBJECT) {
            cursor.skip(kind);
            return;
        }
        while (cursor.nextKey(metadataKeys)) {
            boolean byId = metadataKeys.field() != KeyOrder.OTHER;
            Kind inner = cursor.value();
            if (byId && inner == Kind.OBJECT) {
                keysById(from, ids);
            } else {
                cursor.skip(inner);
            }
        }
    }

    /** Keys that are no whole numbers of the range of ids stay: they are read as no class by anybody. */
    private void keysById(int from, ClassIds ids) throws Broken {
        Members members = new Members(from);
        Set<Integer> seen = new HashSet<>();
        while (cursor.nextKey()) {
            members.key(cursor);
            long id = cursor.wholeTextOr(-1);
            if (id >= 0 && id <= LineJudge.MAX_CLASS_ID) {
                int becomes = known(id, ids);
                if (becomes < 0 || !seen.add(becomes)) {
                    members.remove();
                } else if (becomes != id) {
                    members.rename(digits(becomes));
                }
            }
            cursor.skip(cursor.value());
            members.end(cursor);
        }
        members.edit();
    }

    /** The members of one object: those that get another key, those that go. */
    private final class Members {
        private final int from;
        private final List<Member> all = new ArrayList<>();

        Members(int from) {
            this.from = from;
        }

        /** The cursor has just read a key. */
        void key(JsonCursor cursor) {
            all.add(new Member(cursor.textFrom() - from, cursor.textTo() - from));
        }

        void rename(byte[] key) {
            all.getLast().newKey = key;
        }

        void remove() {
            all.getLast().removed = true;
        }

        /** The cursor has just read the value. */
        void end(JsonCursor cursor) {
            all.getLast().end = cursor.position() - from;
        }

        /**
         * A member goes with what is between it and the next one; those at the end with what is between them and the last that
         * stays.
         */
        void edit() {
            int lastKept = all.size() - 1;
            while (lastKept >= 0 && all.get(lastKept).removed) {
                lastKept--;
            }
            for (int i = 0; i <= lastKept; i++) {
                Member member = all.get(i);
                if (member.removed) {
                    edits.add(new Edit(member.start(), all.get(i + 1).start(), NOTHING));
                } else if (member.newKey != null) {
                    edits.add(new Edit(member.keyFrom, member.keyTo, member.newKey));
                }
            }
            if (lastKept < all.size() - 1) {
                edits.add(new Edit(lastKept < 0 ? all.getFirst().start() : all.get(lastKept).end, all.getLast().end, NOTHING));
            }
        }
    }

    private static final class Member {
        private final int keyFrom;
        private final int keyTo;
        private int end;
        private byte[] newKey;
        private boolean removed;

        Member(int keyFrom, int keyTo) {
            this.keyFrom = keyFrom;
            this.keyTo = keyTo;
        }

        /** The key's opening quote. */
        int start() {
            return keyFrom - 1;
        }
    }
}
