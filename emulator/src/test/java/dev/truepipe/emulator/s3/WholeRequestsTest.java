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
import org.junit.jupiter.api.io.TempDir;

/** What happens to a client that is still sending when the answer is already known. */
class WholeRequestsTest {
    private static final byte[] BODY = "whole".getBytes(StandardCharsets.US_ASCII);
    /** Too short a wait can only let a wrong server pass, never fail a right one. */
    private static final int A_MOMENT_MILLIS = 300;
    private static final int PATIENCE_MILLIS = 30_000;

    @TempDir
    static Path folder;

    private static EmbeddedS3 s3;

    @BeforeAll
    static void start() throws IOException {
        EmbeddedS3.Events nobody = new EmbeddedS3.Events() {
            @Override
            public void notification(String queue, String body) {}

            @Override
            public void created(ObjectCreated object) {}
        };
        s3 = EmbeddedS3.start(folder, 0, List.of(new BucketSpec("quiet")), nobody, Clock.systemUTC());
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
