package dev.truepipe.split;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names made from content: versions, plans, fingerprints, executions. Lines and objects go by {@link Murmur3}. */
public final class Sha256 {
    private Sha256() {}

    /** SHA-256 as 64 lower-case hexadecimal digits. */
    public static String hex(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
