package dev.truepipe.exporting;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file for each object, named for it. Keys of S3 can be what no path of a file can be; such an object is left out. */
final class ObjectFiles {
    /** Of a name in a folder, as ext4, XFS and APFS have it. */
    private static final int LONGEST_NAME_BYTES = 255;

    private ObjectFiles() {}

    /** Why no file can have this path below a folder; {@code null} if one can. */
    static String problem(String path) {
        for (String name : path.split("/", -1)) {
            if (name.equals("..") || name.equals(".") || name.isEmpty() || name.indexOf('\0') >= 0 || name.indexOf('\\') >= 0) {
                return "\"" + path + "\" cannot be a path of a file";
            }
            if (name.length() > LONGEST_NAME_BYTES / 4 && name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
                return "\"" + path + "\" has a name of more than " + LONGEST_NAME_BYTES + " bytes, which no file can have";
            }
        }
        return null;
    }

    /**
     * Writes a new file, and the folders that it needs.
     *
     * @return why it cannot be: its path is no file's, or another object's file is in its way; {@code null} if it was written
     */
    static String write(Path out, String path, byte[] content) throws IOException {
        String problem = problem(path);
        if (problem != null) {
            return problem;
        }
        Path file = out.resolve(path);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return null;
        } catch (FileSystemException e) {
            if (Files.exists(file)) {
                return "\"" + path + "\" is there already, for another image that has the same name but for its ending, or lies in a folder of that name";
            }
            for (Path folder = file.getParent(); !folder.equals(out); folder = folder.getParent()) {
                if (Files.isRegularFile(folder)) {
                    return "\"" + path + "\" cannot be: another image's file has the name of the folder";
                }
            }
            throw e;
        }
    }
}
