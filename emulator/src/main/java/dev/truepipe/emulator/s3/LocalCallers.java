package dev.truepipe.emulator.s3;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/**
 * Lets in programs of this machine, and browsers at pages of this address; never a page from elsewhere, which any browser here would let
 * call. Two ways are closed: a name of its own that it makes resolve to this machine shows in {@code Host}; and a call across origins, such
 * as a form that it posts, carries its {@code Origin}, or says so in {@code Sec-Fetch-Site}. Following a link to here is fine.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata</a>
 */
final class LocalCallers extends Handler.Wrapper {
    private static final Pattern HOST = Pattern.compile("([^:\\[\\]]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{0,5})?");
    private static final Set<String> OURS = Set.of("127.0.0.1", "localhost", "[::1]");

    LocalCallers(Handler inside) {
        super(inside);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String why = refused(request);
        if (why == null) {
            return super.handle(request, response, callback);
        }
        Refusal.write(request, response, callback, 403, "AccessDenied", why);
        return true;
    }

    /** @return {@code null} for a caller who is let in */
    private static String refused(Request request) {
        String host = request.getHeaders().get("Host");
        Matcher named = HOST.matcher(host == null ? "" : host);
        if (!named.matches() || !OURS.contains(named.group(1).toLowerCase(Locale.ROOT))) {
            return "the embedded cloud is called at 127.0.0.1 or localhost, not at \"" + host + "\"; buckets are part of the path, not of the host:"
                    + " have the client use path-style addresses";
        }
        String origin = request.getHeaders().get("Origin");
        if (origin != null && !origin.equals("http://" + host)) {
            return "a page of " + origin + " may not call the embedded cloud";
        }
        String site = request.getHeaders().get("Sec-Fetch-Site");
        boolean followed = request.getMethod().equals("GET") && "navigate".equals(request.getHeaders().get("Sec-Fetch-Mode"));
        if (site != null && !site.equals("same-origin") && !site.equals("none") && !followed) {
            return "a page from elsewhere may not call the embedded cloud";
        }
        return null;
    }
}
