package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a client that is still sending when the answer is already known. */
class WholeRequestsTest {
    private static final byte[] BODY = "whole".getBytes(StandardCharsets.US_ASCII);
    /** Too short a wait can only let a wrong server pass, never fail a right one. */
    private static final int A_MOMENT_MILLIS = 300;
    private static final int PATIENCE_MILLIS = 30_000;
    /** Jetty's own, after which it gives a silent client up. */
    private static final int IDLE_LIMIT_MILLIS = 30_000;

    @TempDir
    static Path folder;

    private static EmbeddedS3 s3;

    @BeforeAll
    static void start() throws IOException {
        s3 = start(folder);
    }

    private static EmbeddedS3 start(Path folder) throws IOException {
        return EmbeddedS3.start(folder, 0, List.of(new BucketSpec("quiet")), EmbeddedS3.Events.NOBODY, Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @Test
    void aPutIsAnsweredAfterItsTrailer() throws IOException {
        assertAnsweredAfterTheTrailer("taken", "", 200);
    }

    @Test
    void anErrorWaitsForTheTrailer() throws IOException {
        s3.failNext(call -> call.operation() == S3Call.Operation.PUT && call.key().equals("denied"), 403, 1);
        assertAnsweredAfterTheTrailer("denied", "", 403);
        assertEquals(0, s3.pendingFaults());
    }

    @Test
    void aRefusedConditionWaitsForTheTrailer() throws IOException {
        assertAnsweredAfterTheTrailer("there", "", 200);
        assertAnsweredAfterTheTrailer("there", "If-None-Match: *\r\n", 412);
    }

    /** The server has to ask for the body that it will not use: else the client keeps it, and both wait for each other. */
    @Test
    void aClientThatWaitsToBeAskedForItsBodyIsAnswered() throws IOException {
        assertAnsweredAfterTheTrailer("asked", "", 200);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), s3.endpoint().getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            send(socket, put("asked", BODY.length, "If-None-Match: *\r\nExpect: 100-continue\r\n"));
            String head = head(socket);
            if (head.startsWith("HTTP/1.1 100 ")) {
                send(socket, "whole");
                head = head(socket);
            }
            assertStatus(412, head);
        }
    }

    /** More of them than there are threads; each has sent half of what it announced, and some would have been refused. */
    @Test
    void clientsThatGoAwayInTheMiddleKeepNobodyWaiting() throws IOException {
        assertAnsweredAfterTheTrailer("left", "", 200);
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), s3.endpoint().getPort())) {
                send(socket, put("left", 1_000_000, i % 2 == 0 ? "" : "If-None-Match: *\r\n") + "half");
            }
        }
        assertAnsweredAfterTheTrailer("left", "", 200);
    }

    @Test
    void aLargeBodyThatIsRefusedIsReadToItsEnd() throws IOException {
        assertAnsweredAfterTheTrailer("large", "", 200);
        int parts = 64;
        byte[] part = new byte[1 << 20];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), s3.endpoint().getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            send(socket, put("large", (long) parts * part.length, "If-None-Match: *\r\n"));
            for (int i = 0; i < parts; i++) {
                socket.getOutputStream().write(part);
            }
            assertStatus(412, head(socket));
        }
    }

    @Test
    @Timeout(60)
    void stoppingDoesNotWaitForAClientThatStalls() throws IOException {
        EmbeddedS3 stopping = start(folder.resolve("stopping"));
        try (Socket refused = new Socket(InetAddress.getLoopbackAddress(), stopping.endpoint().getPort());
                Socket taken = new Socket(InetAddress.getLoopbackAddress(), stopping.endpoint().getPort())) {
            stopping.failNext(call -> call.key().equals("refused"), 403, 1);
            send(refused, put("refused", 1_000, "") + "half");
            send(taken, put("taken", 1_000, "") + "half");
            while (stopping.pendingFaults() > 0) {
                Thread.onSpinWait();
            }
            long from = System.nanoTime();
            stopping.close();
            long millis = (System.nanoTime() - from) / 1_000_000;
            assertTrue(millis < IDLE_LIMIT_MILLIS / 2, "stopped after " + millis + " ms");
        }
    }

    private static String put(String key, long length, String headers) {
        return "PUT /quiet/" + key + " HTTP/1.1\r\nHost: " + s3.endpoint().getAuthority() + "\r\n" + headers
                + "Content-Length: " + length + "\r\n\r\n";
    }

    /** Two requests on one connection, the first with its trailer late. */
    private static void assertAnsweredAfterTheTrailer(String key, String condition, int status) throws IOException {
        URI endpoint = s3.endpoint();
        CRC32 crc = new CRC32();
        crc.update(BODY);
        int sum = (int) crc.getValue();
        String checksum = Base64.getEncoder()
                .encodeToString(new byte[] {(byte) (sum >> 24), (byte) (sum >> 16), (byte) (sum >> 8), (byte) sum});
        String body = Integer.toHexString(BODY.length) + "\r\n" + new String(BODY, StandardCharsets.US_ASCII) + "\r\n";
        String trailer = "0\r\nx-amz-checksum-crc32:" + checksum + "\r\n\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.getPort())) {
            send(socket, "PUT /quiet/" + key + " HTTP/1.1\r\nHost: " + endpoint.getAuthority() + "\r\n" + condition
                    + "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nx-amz-trailer: x-amz-checksum-crc32\r\n"
                    + "x-amz-decoded-content-length: " + BODY.length + "\r\nContent-Encoding: aws-chunked\r\n"
                    + "Content-Length: " + (body.length() + trailer.length()) + "\r\n\r\n" + body);
            socket.setSoTimeout(A_MOMENT_MILLIS);
            assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read(), "an answer before the request's end");

            socket.setSoTimeout(PATIENCE_MILLIS);
            send(socket, trailer);
            assertStatus(status, answer(socket));
            send(socket, "HEAD /quiet HTTP/1.1\r\nHost: " + endpoint.getAuthority() + "\r\n\r\n");
            assertStatus(200, head(socket));
        }
    }

    private static void assertStatus(int status, String head) {
        assertTrue(head.startsWith("HTTP/1.1 " + status + " "), head);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    /** Takes the body too; errors have one, in chunks. @return status and headers */
    private static String answer(Socket socket) throws IOException {
        String head = head(socket);
        if (head.contains("Transfer-Encoding: chunked")) {
            until(socket, "\r\n0\r\n\r\n");
        }
        return head;
    }

    private static String head(Socket socket) throws IOException {
        return until(socket, "\r\n\r\n");
    }

    private static String until(Socket socket, String end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.length() < end.length() || !text.substring(text.length() - end.length()).equals(end)) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the connection ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }
}
