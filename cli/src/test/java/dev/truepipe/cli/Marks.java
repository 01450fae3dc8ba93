package dev.truepipe.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Tells each training job what has come of it, so that a test decides which model is better, which training fails, and
 * how long one takes. A job that nobody decided about gets {@value #ORDINARY}.
 */
final class Marks implements AutoCloseable {
    /** Begins an answer that makes the training fail; its words follow. */
    static final String FAIL = "fail ";

    static final String ORDINARY = "0.5";

    private final ServerSocket server;
    private final Runnable changed;
    private final Map<String, Deque<CompletableFuture<String>>> decided = new HashMap<>();
    private final List<Training> trainings = new ArrayList<>();

    /**
     * One training whose process has read all its epochs.
     *
     * @param trainRecords over all epochs; two for each line, the picture and the label
     */
    record Training(String job, int epochs, long trainRecords, long validationRecords) {}

    /** @param changed called after each training that asked */
    Marks(Runnable changed) throws IOException {
        this.changed = changed;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("marks").start(this::serve);
    }

    int port() {
        return server.getLocalPort();
    }

    /** The next training of the dataset gets this metric. */
    void next(String dataset, double metric) {
        hold(dataset).complete(Double.toString(metric));
    }

    /** The next training of the dataset fails with these words. */
    void failNext(String dataset, String words) {
        hold(dataset).complete(FAIL + words);
    }

    /** The next training of the dataset waits until the test completes what is returned, with a metric. */
    synchronized CompletableFuture<String> hold(String dataset) {
        CompletableFuture<String> mark = new CompletableFuture<>();
        decided.computeIfAbsent(dataset, _ -> new ArrayDeque<>()).add(mark);
        return mark;
    }

    /** Every training of the dataset that got as far as its mark, oldest first. */
    synchronized List<Training> trainings(String dataset) {
        return trainings.stream().filter(training -> isOf(training.job(), dataset)).toList();
    }

    private static boolean isOf(String job, String dataset) {
        return job.startsWith(dataset + "-");
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket job = server.accept();
                Thread.ofVirtual().start(() -> answer(job));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new IllegalStateException("no training can be marked any more", e);
                }
            }
        }
    }

    private void answer(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
            String line = in.readLine();
            if (line != null) {
                String[] words = line.split(" ");
                CompletableFuture<String> mark = take(
                        new Training(words[0], Integer.parseInt(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])));
                changed.run();
                out.println(mark.join());
            }
        } catch (IOException e) {
            // The job's process is gone: its own end tells the test.
            changed.run();
        }
    }

    private synchronized CompletableFuture<String> take(Training training) {
        trainings.add(training);
        for (Map.Entry<String, Deque<CompletableFuture<String>>> dataset : decided.entrySet()) {
            if (isOf(training.job(), dataset.getKey()) && !dataset.getValue().isEmpty()) {
                return dataset.getValue().poll();
            }
        }
        return CompletableFuture.completedFuture(ORDINARY);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
