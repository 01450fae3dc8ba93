package dev.truepipe.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * AWS's clients in Python: boto3, the SageMaker SDK and the AWS CLI, in an environment of their own under {@code target}. It
 * is made once and takes about 400 MB; later runs find it.
 */
final class Clients {
    private static final Path VENV = Program.WORK.resolve("clients");

    private Clients() {}

    /** The interpreter that has them. Where they cannot be had the test is skipped with the reason, and with {@code CI=true} fails. */
    static synchronized String python() throws InterruptedException, IOException {
        String python = VENV.resolve("bin/python3").toString();
        if (!Program.works(python, "-c", "import boto3, sagemaker, awscli")) {
            Program.require(Program.works("python3", "-m", "venv", VENV.toString()), "python3 with venv", "real clients call truepipe up: install python3-venv");
            Program.require(Program.works(python, "-m", "pip", "install", "--quiet", "--no-compile", "--requirement", Up.CLIENTS.resolve("requirements.txt").toString()),
                    "the clients of cli/src/test/clients/requirements.txt", "they call truepipe up: pip must reach PyPI");
        }
        return python;
    }

    /** A path on which {@code aws} is theirs. */
    static String path() throws InterruptedException, IOException {
        python();
        return String.join(":", List.of(VENV.resolve("bin").toString(), System.getenv("PATH")));
    }
}
