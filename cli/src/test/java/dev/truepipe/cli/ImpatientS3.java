package dev.truepipe.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store that answers HeadObject and GetObject, with Range and If-Match, and closes a connection on which nothing has moved for
 * {@value #IDLE_MILLIS} ms, as Jetty and S3 do after more.
 */
final class ImpatientS3 implements AutoCloseable {
    private static final int IDLE_MILLIS = 300;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    /** Told that a connection was closed while its reader paused. */
    interface Listener {
        void closedIdle(String path) throws IOException;
    }

    private final Map<String, byte[]> objects;
    private final Listener listener;
    private final ServerSocketChannel server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** @param objects by {@code /bucket/key} */
    ImpatientS3(Map<String, byte[]> objects, Listener listener) throws IOException {
        this.objects = Map.copyOf(objects);
        this.listener = listener;
        this.server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        threads.execute(this::accept);
    }

    URI endpoint() throws IOException {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
        threads.close();
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel connection = server.accept();
                threads.execute(() -> serve(connection));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            BufferedReader in = new BufferedReader(new InputStreamReader(connection.socket().getInputStream(), StandardCharsets.ISO_8859_1));
            String[] request = in.readLine().split(" ");
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                headers.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1).strip());
            }
            answer(connection, request[0], request[1].replaceFirst("\\?.*", ""), headers);
        } catch (IOException e) {
            // The reader closed first: it has what it wanted, or its own test fails.
        }
    }

    private void answer(SocketChannel connection, String method, String path, Map<String, String> headers) throws IOException {
        byte[] object = objects.get(path);
        String eTag = object == null ? "" : "\"" + object.length + "\"";
        Matcher range = RANGE.matcher(headers.getOrDefault("Range", ""));
        if (object == null || headers.containsKey("If-Match") && !headers.get("If-Match").equals(eTag)) {
            write(connection, path, ByteBuffer.wrap(head(object == null ? "404 Not Found" : "412 Precondition Failed", "Content-Length: 0\r\n")));
            return;
        }
        int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
        int to = range.matches() ? (int) Math.min(object.length, Long.parseLong(range.group(2)) + 1) : object.length;
        String about = "ETag: " + eTag + "\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: " + (to - from) + "\r\n"
                + (range.matches() ? "Content-Range: bytes " + from + "-" + (to - 1) + "/" + object.length + "\r\n" : "");
        write(connection, path, ByteBuffer.wrap(head(range.matches() ? "206 Partial Content" : "200 OK", about)));
        if (method.equals("GET")) {
            write(connection, path, ByteBuffer.wrap(object, from, to - from));
        }
    }

    private static byte[] head(String status, String headers) {
        return ("HTTP/1.1 " + status + "\r\n" + headers + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private void write(SocketChannel connection, String path, ByteBuffer bytes) throws IOException {
        connection.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            connection.register(selector, SelectionKey.OP_WRITE);
            while (bytes.hasRemaining()) {
                if (selector.select(IDLE_MILLIS) == 0) {
                    connection.close();
                    listener.closedIdle(path);
                    return;
                }
                selector.selectedKeys().clear();
                connection.write(bytes);
            }
        }
    }
}
