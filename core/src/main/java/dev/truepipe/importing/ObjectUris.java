package dev.truepipe.importing;

import dev.truepipe.storage.S3Uri;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the objects lie in S3 that tools name in ways of their own.
 *
 * <p>First {@code --map} rewrites the beginning, the first rule that fits. Then an S3 URI stays what it is; of any other URL the last segment,
 * and of a path all of it, comes behind the prefix. Paths that lead out of their folder lead nowhere.
 */
public final class ObjectUris {
    private static final String SCHEME = "s3://";
    /** @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html">Object keys</a> */
    private static final int LONGEST_KEY_BYTES = 1_024;

    private final S3Uri prefix;
    private final Map<String, String> maps;

    /**
     * @param prefix the folder that paths lie below, or {@code null}; a {@code /} is added where it lacks one
     * @param maps beginnings and what replaces them, in the order in which they are tried
     */
    public ObjectUris(S3Uri prefix, Map<String, String> maps) {
        this.prefix = prefix == null || prefix.key().isEmpty() || prefix.key().endsWith("/") ? prefix : prefix.resolve("/");
        this.maps = new LinkedHashMap<>(maps);
    }

    /** Why an object has no URI. No stack trace: there may be millions. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;
        final transient ImportCode code;

        Unusable(ImportCode code, String message) {
            super(message, null, false, false);
            this.code = code;
        }
    }

    /** The object that a list names by its own prefix, which is no folder but a beginning, and the rest as it stands. */
    static String of(S3Uri ownPrefix, String rest) throws Unusable {
        relative(rest);
        return valid(ownPrefix.resolve(rest).toString());
    }

    /** The URI of an object. @param reference path, URL or S3 URI */
    String uri(String reference) throws Unusable {
        return uriOfMapped(mapped(reference));
    }

    /** With its beginning rewritten. */
    String mapped(String reference) throws Unusable {
        if (reference == null || reference.isBlank()) {
            throw new Unusable(ImportCode.SOURCE_MISSING, "no file name");
        }
        for (Map.Entry<String, String> map : maps.entrySet()) {
            if (reference.startsWith(map.getKey())) {
                return map.getValue() + reference.substring(map.getKey().length());
            }
        }
        return reference;
    }

    String uriOfMapped(String mapped) throws Unusable {
        if (mapped.startsWith(SCHEME)) {
            return valid(mapped);
        }
        if (mapped.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) {
            return below(lastSegment(mapped));
        }
        return below(mapped);
    }

    static boolean isS3(String reference) {
        return reference.startsWith(SCHEME);
    }

    /** The object at a path below the prefix. */
    String below(String path) throws Unusable {
        String relative = relative(path);
        if (prefix == null) {
            throw new Unusable(ImportCode.SOURCE_UNMAPPED, "\"" + ImportReport.shown(path) + "\" is no S3 URI");
        }
        return valid(prefix.resolve(relative).toString());
    }

    /** A path without {@code .}, and with {@code /} throughout. @throws Unusable if it leads out of its folder, or begins at the root */
    static String relative(String path) throws Unusable {
        String plain = path.indexOf('/') < 0 ? path.replace('\\', '/') : path;
        if (plain.startsWith("/") || plain.matches("[A-Za-z]:[/\\\\].*")) {
            throw new Unusable(ImportCode.SOURCE_OUTSIDE, "\"" + ImportReport.shown(path) + "\" is an absolute path");
        }
        List<String> segments = new ArrayList<>();
        for (String segment : plain.split("/")) {
            if (segment.equals("..")) {
                throw new Unusable(ImportCode.SOURCE_OUTSIDE, "\"" + ImportReport.shown(path) + "\" leads out of its folder");
            }
            if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        if (segments.isEmpty() || plain.endsWith("/")) {
            throw new Unusable(ImportCode.SOURCE_INVALID, "\"" + ImportReport.shown(path) + "\" names no file");
        }
        return String.join("/", segments);
    }

    /** What stands last in the path of a URL, decoded. */
    static String lastSegment(String url) throws Unusable {
        String path = url.replaceFirst("[?#].*$", "");
        return percentDecoded(path.substring(path.lastIndexOf('/') + 1));
    }

    /** {@code %20} and the like become what they stand for; a {@code +} stays. */
    static String percentDecoded(String text) throws Unusable {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] decoded = new byte[utf8.length];
        int length = 0;
        for (int i = 0; i < utf8.length; i++) {
            boolean escape = utf8[i] == '%' && i + 2 < utf8.length && Character.digit(utf8[i + 1], 16) >= 0 && Character.digit(utf8[i + 2], 16) >= 0;
            decoded[length++] = escape ? (byte) (Character.digit(utf8[i + 1], 16) << 4 | Character.digit(utf8[i + 2], 16)) : utf8[i];
            i += escape ? 2 : 0;
        }
        String result = new String(decoded, 0, length, StandardCharsets.UTF_8);
        if (result.indexOf('\ufffd') >= 0 && text.indexOf('\ufffd') < 0) {
            throw new Unusable(ImportCode.SOURCE_INVALID, "\"" + ImportReport.shown(text) + "\" is not UTF-8 when decoded");
        }
        return result;
    }

    private static String valid(String uri) throws Unusable {
        int slash = uri.indexOf('/', SCHEME.length());
        String key = slash < 0 ? "" : uri.substring(slash + 1);
        boolean tooLong = key.length() > LONGEST_KEY_BYTES / 4 && key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY_BYTES;
        if (slash <= SCHEME.length() || key.isEmpty() || key.endsWith("/") || tooLong || !wellFormed(uri)) {
            throw new Unusable(ImportCode.SOURCE_INVALID, "\"" + ImportReport.shown(uri) + "\" is no S3 URI of an object");
        }
        return uri;
    }

    /** Whether a text has no half of a surrogate pair. */
    static boolean wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
