package dev.truepipe.emulator.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What somebody did that IAM would have had to allow.
 *
 * @param caller the access key with which the call was signed, or the state machine's name; empty if it was not signed
 * @param action as policies name it, such as {@code s3:GetObject}
 * @param resource ARN of what it was done to
 */
public record AwsCall(String caller, String action, String resource) {
    private static final Pattern CREDENTIAL = Pattern.compile("Credential=([^/,\\s]+)");

    /** Who signed a request. @param authorization the header, or {@code null} */
    public static String caller(String authorization) {
        Matcher credential = CREDENTIAL.matcher(authorization == null ? "" : authorization);
        return credential.find() ? credential.group(1) : "";
    }
}
