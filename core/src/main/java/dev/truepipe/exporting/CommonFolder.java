package dev.truepipe.exporting;

/** The longest folder that all objects lie below: what stands behind it names an object, and is no secret of any bucket. */
final class CommonFolder {
    private String folder;

    void add(String uri) {
        String own = uri.substring(0, uri.lastIndexOf('/') + 1);
        if (folder == null) {
            folder = own;
            return;
        }
        int same = 0;
        while (same < Math.min(folder.length(), own.length()) && folder.charAt(same) == own.charAt(same)) {
            same++;
        }
        folder = folder.substring(0, folder.lastIndexOf('/', same - 1) + 1);
    }

    /** {@code s3://bucket/folder/}, or only {@code s3://} if there are several buckets. */
    String folder() {
        return folder == null ? "s3://" : folder;
    }

    boolean oneBucket() {
        return folder == null || folder.length() > "s3://".length();
    }

    /** What stands behind it. */
    String below(String uri) {
        return uri.substring(folder().length());
    }

    /** Why an object cannot be a file below a folder; {@code null} if it can. */
    static String problem(String path) {
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..") || segment.equals(".") || segment.isEmpty() || segment.indexOf('\0') >= 0 || segment.indexOf('\\') >= 0) {
                return "\"" + path + "\" cannot be a path of a file";
            }
        }
        return null;
    }
}
