package dev.truepipe.emulator.api;

import java.util.Map;

/** One AWS service that speaks the Query protocol: a form in, XML out. The endpoint dispatches to it by the API's version. */
public interface AwsQueryService {

    /** The form's {@code Version}, such as {@code 2011-06-15}; each service has one of its own. */
    String version();

    /**
     * Answers one call.
     *
     * @param form the request, {@code Action} and {@code Version} included
     * @return the XML document
     * @throws AwsError what the real service would answer with
     */
    String call(String action, Map<String, String> form) throws AwsError;
}
